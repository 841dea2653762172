import { named, present } from "../inputs.js";
import { keyValues, textAt, type Create } from "./shapes.js";

const role: Create = async ({ name, inputs, call }) => {
  const RoleName = named(inputs.name, name);
  const answer = await call(
    "iam",
    "CreateRole",
    present({
      RoleName,
      AssumeRolePolicyDocument: inputs.assumeRolePolicy,
      Description: inputs.description,
      MaxSessionDuration: inputs.maxSessionDuration,
      PermissionsBoundary: inputs.permissionsBoundary,
      Tags: keyValues(inputs.tags),
    }),
  );
  return { id: RoleName, name: RoleName, arn: textAt(answer, "Role", "Arn") };
};

const rolePolicy: Create = async ({ name, inputs, call }) => {
  const PolicyName = named(inputs.name, name);
  await call("iam", "PutRolePolicy", { RoleName: inputs.role, PolicyName, PolicyDocument: inputs.policy });
  return { id: `${String(inputs.role)}:${PolicyName}`, name: PolicyName };
};

const rolePolicyAttachment: Create = async ({ name, inputs, call }) => {
  await call("iam", "AttachRolePolicy", { RoleName: inputs.role, PolicyArn: inputs.policyArn });
  return { id: name };
};

const openIdConnectProvider: Create = async ({ inputs, call }) => {
  const answer = await call("iam", "CreateOpenIDConnectProvider", {
    Url: inputs.url,
    ClientIDList: inputs.clientIdLists,
    ...(inputs.thumbprintLists === undefined ? {} : { ThumbprintList: inputs.thumbprintLists }),
  });
  const arn = textAt(answer, "OpenIDConnectProviderArn");
  return { id: arn, arn };
};

const key: Create = async ({ inputs, call, check }) => {
  const { policy, description, tags, multiRegion, enableKeyRotation, deletionWindowInDays } = inputs;
  const Tags = keyValues(tags)?.map(({ Key, Value }) => ({ TagKey: Key, TagValue: Value }));
  const params = present({ Policy: policy, Description: description, MultiRegion: multiRegion, Tags });
  const { KeyMetadata } = await call("kms", "CreateKey", params);
  const KeyId = textAt(KeyMetadata, "KeyId");
  if (enableKeyRotation === true) await call("kms", "EnableKeyRotation", { KeyId });
  await check("kms", "ScheduleKeyDeletion", present({ KeyId, PendingWindowInDays: deletionWindowInDays }));
  return { id: KeyId, keyId: KeyId, arn: textAt(KeyMetadata, "Arn") };
};

const alias: Create = async ({ inputs, call }) => {
  await call("kms", "CreateAlias", { AliasName: inputs.name, TargetKeyId: inputs.targetKeyId });
  return { id: textAt(inputs, "name") };
};

export const identity: Readonly<Record<string, Create>> = {
  "aws:iam/openIdConnectProvider:OpenIdConnectProvider": openIdConnectProvider,
  "aws:iam/role:Role": role,
  "aws:iam/rolePolicy:RolePolicy": rolePolicy,
  "aws:iam/rolePolicyAttachment:RolePolicyAttachment": rolePolicyAttachment,
  "aws:kms/alias:Alias": alias,
  "aws:kms/key:Key": key,
};
