/** How sure a name or value is of being a secret. */
export type Sensitivity = "certain" | "likely";

const words = (list: string): ReadonlySet<string> => new Set(list.split(" "));

/** A word of a name, or two that follow each other, that make it a secret's. */
const CERTAIN = words(
  "password passwd passwrd passphrase pword pwd secret secrets apikey accesskey secretkey privatekey encryptionkey signingkey accountkey batchkey keycontent credential credentials clientsecret connectionstring authtoken accesstoken refreshtoken bearer token",
);
const CERTAIN_PART = /password|passwd|secretkey|privatekey|apikey/;

/** `…_KEY` may be anything from an encryption key to the key of a partition, and `pass` more than a password. */
const LIKELY = /_key$|(^|_)(pass|pw)$|(secret|token|bearer|credentials?)$/;
const NOT_A_SECRET_KEY =
  /(^|_)(public|partition|primary|foreign|sort|cache|hash|routing|topology|label|object|index|map|group|idempotency)_key$|(^|_)(proxy|fastcgi|uwsgi|grpc)_pass$/;

/** What such a name says about a secret, rather than holding it: where it is, how long it lives, whether it is used. */
const ABOUT_A_SECRET = words(
  "file files dir directory path paths name names ref url uri host endpoint issuer ttl seconds minutes hours days expiry expiration lifetime length limit count size type algorithm header enabled required provider version rotation policy bucket namespace arn id audience user users mount store class rounds iterations prefix suffix format field scope scopes mode backend",
);
const ABOUT_TOKENS = /(^|_)(max|min|num|total|prompt|completion)_(\w+_)?tokens?(_|$)|tokens$/;

/** Whether a variable's or key's name is that of a secret. */
export function nameTells(name: string): Sensitivity | undefined {
  const spelled = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .replaceAll(/[.\-\s]/g, "_")
    .toLowerCase();
  const parts = spelled.split("_");
  if (/(^|_)access_key_id$/.test(spelled)) return "likely";
  // By its convention a path; anything else under that name is the key itself.
  if (/^(google_application_credentials|(google_cloud|google|gcloud)_keyfile_json)$/.test(spelled)) return "likely";
  if (parts.length > 1 && ABOUT_A_SECRET.has(parts.at(-1) ?? "")) return undefined;
  if (ABOUT_TOKENS.test(spelled)) return undefined;
  const certain = parts.some((part, index) => CERTAIN.has(part) || CERTAIN.has(part + (parts[index + 1] ?? "")));
  if (certain || CERTAIN_PART.test(spelled)) return "certain";
  return LIKELY.test(spelled) && !NOT_A_SECRET_KEY.test(spelled) ? "likely" : undefined;
}

const CREDENTIALS: readonly RegExp[] = [
  /-----BEGIN [A-Z ]*PRIVATE KEY-----/,
  /\bAKIA[0-9A-Z]{16}\b/,
  /\bgh[pousr]_[A-Za-z0-9]{36,}\b/,
  /\bxox[abprs]-[A-Za-z0-9-]{10,}/,
  /\bsk-[A-Za-z0-9_-]{20,}\b/,
  /\bAIza[0-9A-Za-z_-]{35}\b/,
  /\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]+/,
  // What logs in to a registry.
  /"auths"\s*:[\s\S]{1,200}?"(auth|password)"\s*:\s*"[^"]/,
  // A password inside a URL; `$(PASSWORD)` is filled in from elsewhere.
  /[a-z][a-z0-9+.-]{0,30}:\/\/[^\s/:@]{1,200}:[^\s/@$<{][^\s/@]{0,200}@/i,
];

/** Whether a value is a credential whatever its name. Only the first 20,000 characters are looked at. */
export function holdsCredential(value: string): boolean {
  if (value.length < 12) return false;
  const head = value.length > 20_000 ? value.slice(0, 20_000) : value;
  return CREDENTIALS.some((pattern) => pattern.test(head));
}

/** `name = value` or `name: value`, as properties, environment files, INI, YAML and JSON spell it. */
const ASSIGNMENT =
  /^[ \t]*(?:export[ \t]+|-[ \t]+)?["']?([A-Za-z][\w.-]{1,80})["']?[ \t]*[:=][ \t]*(\S[^\r\n]{0,200})/gm;
const LONGEST_FILE = 20_000;

/** What the lines of a settings file assign; nothing where the value is a single word. Only its beginning is read. */
export function assignmentsOf(file: string): readonly (readonly [name: string, value: string])[] {
  if (!/[=:]/.test(file)) return [];
  return [...file.slice(0, LONGEST_FILE).matchAll(ASSIGNMENT)].map(([, name = "", value = ""]) => [name, bare(value)]);
}

/** Without quotes, the comma of a JSON line and a comment behind it. */
function bare(value: string): string {
  const quoted = /^(["'])(.*?)\1/.exec(value);
  return quoted
    ? (quoted[2] ?? "")
    : value
        .replace(/\s+#.*$/, "")
        .replace(/,\s*$/, "")
        .trim();
}
