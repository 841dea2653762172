import type { Result } from "../../policy/engine/result.js";
import type { Report } from "../readiness/report.js";
import type { CategoryGroup, CheckGroup } from "./data.js";

/** Readiness by category: a bar and counts, then every check with its findings and the remedy. */
export function ReadinessSection(props: { readonly report: Report; readonly categories: readonly CategoryGroup[] }) {
  const { report, categories } = props;
  return (
    <section aria-labelledby="readiness">
      <h2 id="readiness">Production readiness</h2>
      {report.faults.length > 0 && (
        <div class="card category" role="alert">
          <b class="fail-t">{report.faults.length} parts of the input could not be judged</b>
          <ul>
            {report.faults.map(({ path, rule, fix }) => (
              <li key={path}>
                <code>{path}</code>: {rule}. {fix}
              </li>
            ))}
          </ul>
        </div>
      )}
      {categories.map((group) => (
        <Category key={group.category} {...group} />
      ))}
    </section>
  );
}

function Category({ category, passed, failed, warned, exempted, checks }: CategoryGroup) {
  const parts = [
    ["pass", passed, "passed"],
    ["fail", failed, "failed"],
    ["warn", warned, "warnings"],
    ["exempt", exempted, "exempted"],
  ] as const;
  const total = passed + failed + warned + exempted;
  return (
    <div class="card category" data-category={category}>
      <h3>{category}</h3>
      <div class="bar" aria-hidden="true">
        {parts.map(([color, count]) =>
          count === 0 ? null : <i key={color} class={color} style={{ width: `${(100 * count) / total}%` }} />,
        )}
      </div>
      <div class="counts">
        {parts.map(([color, count, word], index) => (
          <span key={color}>
            {index > 0 && ", "}
            <b>{count}</b> {word}
          </span>
        ))}
      </div>
      <div>
        {checks.map((check) => (
          <Check key={check.check} {...check} />
        ))}
      </div>
    </div>
  );
}

function statusOf({ findings, exempted, passed }: CheckGroup): readonly [mark: string, color: string, word: string] {
  const fails = findings.filter(({ status }) => status === "fail").length;
  if (fails > 0) return ["✕", "fail", `${fails} failed`];
  if (findings.length > 0) return ["!", "warn", `${findings.length} warnings`];
  if (exempted.length > 0) return ["◦", "exempt", `${exempted.length} exempted`];
  return passed > 0 ? ["✓", "pass", `${passed} passed`] : ["–", "exempt", "does not apply"];
}

function Check(group: CheckGroup) {
  const { check, severity, remediation, link, findings, exempted, passed, notApplicable } = group;
  const [mark, color, word] = statusOf(group);
  return (
    <details class="check" open={color === "fail" || color === "warn"}>
      <summary>
        <span class={`st ${color}-t`} aria-hidden="true">
          {mark}
        </span>
        <span class="grow">{check}</span>
        <span class={`${color}-t`}>{word}</span>
        <span class="chip">{severity}</span>
      </summary>
      <div class="body">
        <p>
          <b>Remedy</b> {remediation}{" "}
          {/^https:/.test(link) ? (
            <a href={link} rel="noreferrer">
              source
            </a>
          ) : (
            <span>({link})</span>
          )}
        </p>
        <ul>
          {findings.map((result) => (
            <Finding key={result.resource} {...result} />
          ))}
          {exempted.map((result) => (
            <Finding key={result.resource} {...result} />
          ))}
        </ul>
        <p>
          {passed} passed, {notApplicable} not applicable
        </p>
      </div>
    </details>
  );
}

function Finding({ status, resource, message, file, line, suppressed, known }: Result) {
  const word = suppressed ? "exempt" : status;
  return (
    <li>
      <b class={suppressed ? "exempt-t" : status === "fail" ? "fail-t" : "warn-t"}>{word}</b> <code>{resource}</code>
      {file !== undefined && ` (${file}:${line ?? 1})`}: {message}
      {known && " (in the baseline)"}
      {suppressed && ` Exempt until ${suppressed.expires}: ${suppressed.reason}`}
    </li>
  );
}
