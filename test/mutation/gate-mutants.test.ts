/** The changes that are made to gate.sh, on small scripts. */
import { readFileSync } from 'node:fs';
import { mutantsOf } from './gate-mutants';

const changesOf = (script: string) => mutantsOf(script).map(({ script: changed }) => changed);

it.each([
  ['a line is dropped', 'echo x', [':']],
  ['a test is negated', '[ -n "$a" ]', [':', '! [ -n "$a" ]']],
  ['a negation is dropped', '! true', [':', 'true']],
  ['a bound is moved', 'test 1 -lt 2', [':', 'test 1 -le 2']],
  ['a condition is turned', 'a && b || c', [':', 'a || b || c', 'a && b && c']],
  ['a loop is turned', 'until a; do b; done', [':', 'while a; do b; done']],
  ['a signal is another', 'kill -KILL 7', [':', 'kill -TERM 7']],
  ['a sum is a difference', 'x=$((a + 1))', [':', 'x=$((a - 1))']],
  ['a pipe is kept open', 'sleep 1 3>&- 4>&-', [':', 'sleep 1 4>&-', 'sleep 1 3>&-']],
  ['what runs beside is waited for', 'sleep 1 &', [':', 'sleep 1 ;']],
  ['a prefix is dropped', '$yield setsid a', [':', 'setsid a', '$yield a']],
  ['a status is another', 'exit 75', [':', 'exit 99']],
])('%s', (_, script, expected) => {
  expect(changesOf(script)).toEqual(expected);
});

it('comments, empty lines and the ends of blocks stay as they are', () => {
  expect(changesOf('# [ a ] && b\n\nfi\n}\n  done\n')).toEqual([]);
});

it('a change is in its own line, and the rest stays', () => {
  expect(mutantsOf('# one\n  exit 2\nfi\n')).toEqual([
    { line: 2, change: 'drop the line: exit 2 → :', script: '# one\n  :\nfi\n' },
    { line: 2, change: 'another status: exit 2 → exit 99', script: '# one\n  exit 99\nfi\n' },
  ]);
});

it('each change to the gate is one, and no two are the same', () => {
  const gate = readFileSync('lib/leader/gate.sh', 'utf8');
  const changed = changesOf(gate);

  expect(changed).not.toContain(gate);
  expect(new Set(changed).size).toBe(changed.length);
  expect(changed.length).toBeGreaterThan(200);
});
