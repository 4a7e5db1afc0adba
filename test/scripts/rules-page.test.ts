import { readFileSync } from 'node:fs';
import { RULES } from '../../lib/verify';
import { PAGE, rulesPage } from '../../scripts/rules-page';

it('the page of the rules is what `npm run rules-page` writes', () => {
  expect(readFileSync(PAGE, 'utf8')).toBe(rulesPage());
});

it.each(RULES)('$id is on it, with what is wrong and what to do', ({ id, severity, title, remedy }) => {
  expect(rulesPage()).toContain(`\n### ${id}\n\n**${severity}** · ${title}. ${remedy}.\n`);
});
