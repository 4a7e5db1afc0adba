import { SynthesisError } from '../../lib';
import type { Finding } from '../../lib';

const finding: Finding = {
  rule: 'some-rule',
  severity: 'error',
  constructPath: 'a/b',
  object: 'Service ns/s',
  message: 'is wrong',
  remedy: 'Mend it',
};

it('tells everything in one text, and has it as data, with the findings apart', () => {
  const cause = new Error('not now');
  const error = new SynthesisError(['[a] a fault'], [finding], cause);

  expect(error.message).toBe(
    'Synthesis failed: 2 problems\n  [a] a fault\n  [a/b] Service ns/s is wrong. Mend it. [some-rule]',
  );
  expect(error).toMatchObject({
    name: 'SynthesisError',
    messages: ['[a] a fault', '[a/b] Service ns/s is wrong. Mend it. [some-rule]'],
    findings: [finding],
    cause,
  });
});

it('counts one problem as one', () => {
  expect(new SynthesisError(['it'], []).message).toBe('Synthesis failed: 1 problem\n  it');
});
