/** What all rules have in common. */
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { WAIVER_ANNOTATION } from '../../../lib/kube/labels';
import { RULES } from '../../../lib/verify';
import { WAIVER_RULES } from '../../../lib/verify/waivers';

const FOLDER = join(__dirname, '..', '..', '..', 'lib', 'verify', 'rules');
const ids = RULES.map(({ id }) => id);

it('every file of the folder is a rule of that name, in the list and with a test', () => {
  const files = readdirSync(FOLDER).filter((name) => name !== 'index.ts');

  expect(files.sort()).toEqual(ids.map((id) => `${id}.ts`).sort());
  expect(ids.filter((id) => !existsSync(join(__dirname, `${id}.test.ts`)))).toEqual([]);
});

it.each([...RULES, ...WAIVER_RULES])(
  '$id reads well in a message, in a list and in an annotation',
  (rule) => {
    expect(rule.id).toMatch(/^[a-z]+(-[a-z]+)+$/);
    // The part of an annotation's key that is longest.
    expect(`${WAIVER_ANNOTATION.split('/')[1] ?? ''}${rule.id}`.length).toBeLessThanOrEqual(63);
    for (const sentence of [rule.title, rule.remedy]) expect(sentence).toMatch(/^[A-Z].*[^.]$/);
  },
);

it('ids are unique', () => {
  const all = [...RULES, ...WAIVER_RULES].map(({ id }) => id);

  expect(new Set(all).size).toBe(all.length);
});
