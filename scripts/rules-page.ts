/** Writes docs/rules.md, the page of what `lib/verify` checks: `npm run rules-page`. */
import { writeFileSync } from 'node:fs';
import { WAIVER_ANNOTATION } from '../lib/kube/labels';
import { RULES, type RuleText, describeFinding } from '../lib/verify';
import { findingOf } from '../lib/verify/rule';
import { serviceSelectsNoPod } from '../lib/verify/rules/service-selects-no-pod';
import { WAIVER_RULES } from '../lib/verify/waivers';

export const PAGE = 'docs/rules.md';

const EXAMPLE = findingOf(serviceSelectsNoPod, {
  constructPath: 'memcache/extra',
  object: 'Service ns-memcache/extra',
  message: 'selects no pod of this app: {"app":"db"}',
});

/** The page, as the formatter has it. */
export function rulesPage(): string {
  const { id } = serviceSelectsNoPod;
  return `# Rules

Synthesis checks the objects of an app together, whoever made them, and tells all that break a rule at once. An error writes nothing; a warning is printed. A message begins with the construct and the object, and ends with the remedy and the id of the rule:

\`\`\`text
${describeFinding(EXAMPLE)}
\`\`\`

This page is written by \`npm run rules-page\` from [lib/verify/rules/](../lib/verify/rules/index.ts): do not edit it.

## Waive a rule

Where breaking a rule does no harm, say why. An object that you make yourself says it in an annotation, \`${WAIVER_ANNOTATION}${id}\`, whose value is the reason. For any other, the program says it, with the construct path that the message begins with:

\`\`\`ts
app.waive({ rule: '${id}', path: '${EXAMPLE.constructPath}', reason: 'an operator makes its pods' });
\`\`\`

Either holds for that object and that rule alone.

## All rules

${[...RULES, ...WAIVER_RULES].map(sectionOf).join('\n')}`;
}

function sectionOf({ id, severity, title, remedy }: RuleText): string {
  return `### ${id}\n\n**${severity}** · ${title}. ${remedy}.\n`;
}

if (process.argv[1] === __filename) writeFileSync(PAGE, rulesPage());
