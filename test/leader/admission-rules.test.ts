/** The rules of an election's admission policies as text; what they allow is shown by test/cluster/admission-policy.test.ts. */
import fc from 'fast-check';
import { type GuardedElection, ROUTE_RULES, writeRules } from '../../lib/leader/admission-rules';

const ELECTION: GuardedElection = {
  namespace: 'ns',
  group: 'app',
  serviceAccount: 'app',
  lease: 'app',
  pods: ['app-0'],
  role: { key: 'role', leader: 'master', standby: 'backup' },
};

it('says of each refusal what is allowed, on one line', () => {
  const rules = [...writeRules(ELECTION), ...ROUTE_RULES];

  for (const { message } of rules) expect(message).toMatch(/^[^\n]{10,}$/);
  expect(new Set(rules.map(({ message }) => message)).size).toBe(rules.length);
});

it('lets no name out of its quotes', () => {
  fc.assert(
    fc.property(fc.string(), (lease) => {
      const rules = writeRules({ ...ELECTION, lease });
      const found = rules.map(({ expression }) => /metadata\.name == (.*)\)$/s.exec(expression)?.[1] ?? '');
      const literal = found.find((text) => text !== '') ?? '';

      expect(JSON.parse(literal)).toBe(lease);
      expect(literal).toMatch(/^"([^"\\\n]|\\.)*"$/);
    }),
  );
});
