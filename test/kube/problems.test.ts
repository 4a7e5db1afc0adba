/** Tests of how wrong props are reported: all at once, each with its place, value, rule and remedy, never a secret. */
import { Construct } from 'constructs';
import fc from 'fast-check';
import { Budget, ContainerSecurity, InvalidPropsError, type Path, Probe, type Problem } from '../../lib';
import { REDACTED, broken, inEach, inNamed, inProps, refuse, renamed, unless } from '../../lib/kube/problems';
import { expectProblemAlone, refusalOf } from '../support/problems';
import { STORE, storeWith } from '../support/stores';
import { chart } from '../support/workloads';

const RULE = 'a rule';
const REMEDY = 'do better';

function refuseWith(value: unknown): InvalidPropsError {
  return refusalOf(() => {
    refuse('subject', inProps({ property: broken(value, RULE, REMEDY) }));
  });
}

describe('an error', () => {
  it('names the construct, and each property with its value, rule and remedy, all at once', () => {
    const refusal = refusalOf(() =>
      storeWith({
        image: 'db:latest',
        budget: Budget.minAvailable(3),
        ports: [{ name: 'peer-to-peer-traffic', port: 0 }],
        resources: { requests: { memory: '2Gi' }, limits: { memory: '1Gi' } },
        env: { PASSWORD: 'hunter2' },
      }),
    );

    expect(refusal.message).toMatchInlineSnapshot(`
      "system/store: 6 problems
        budget = "minAvailable 3 of 3": a budget that lets nobody go blocks every drain and node upgrade; use Budget.oneAtATime() with at least 2 replicas.
        image = "db:latest": the tag 'latest' moves; pin it, for example 'db:1.0.0', better by digest (@sha256:…).
        env.PASSWORD = (not shown): a secret is never a plain value: manifests are committed and shown; put it into a Secret and refer to it: fromSecret('SECRET', 'KEY').
        ports[0].name = "peer-to-peer-traffic": a port's name has at most 15 of a-z, 0-9 and single dashes inside, one of them a letter; shorten it, for example to 'metrics'.
        ports[0].port = 0: a port is a whole number from 1 to 65535; choose one in that range.
        resources.requests.memory = "2Gi": a request is at most the limit, 1Gi; lower it."
    `);
  });

  it('carries the same as data', () => {
    const { subject, problems, name } = refusalOf(() => storeWith({ image: 'db' }));

    expect({ name, subject, problems }).toEqual({
      name: 'InvalidPropsError',
      subject: 'system/store',
      problems: [
        {
          path: ['image'],
          property: 'image',
          value: 'db',
          rule: 'an image names a tag or a digest',
          remedy: "pin it, for example 'db:1.0.0', better by digest (@sha256:…)",
        },
      ],
    });
  });

  it('says how many problems there are', () => {
    expect(refusalOf(() => storeWith({ image: 'db' })).message).toMatch(/^system\/store: 1 problem\n/);
    expect(refusalOf(() => storeWith({ image: 'db', workingDir: '/', replicas: 0 })).message).toMatch(
      /^system\/store: \d problems\n/,
    );
  });

  it('names the factory of a value that has no path', () => {
    expect(refusalOf(() => ContainerSecurity.restricted({ user: 0 })).message).toMatch(
      /^ContainerSecurity\.restricted: 1 problem\n {2}user = 0: /,
    );
  });

  it.each([
    [undefined, 'undefined'],
    [null, 'null'],
    [NaN, 'NaN'],
    [-Infinity, '-Infinity'],
    [0.5, '0.5'],
    [true, 'true'],
    ['', '""'],
    ['two\nlines', '"two\\nlines"'],
    [['a', 1], '["a",1]'],
    [{ a: 1 }, '{"a":1}'],
    [REDACTED, '(not shown)'],
    ['x'.repeat(118), `"${'x'.repeat(118)}"`],
    ['x'.repeat(119), `"${'x'.repeat(119)}…`],
  ])('shows %p as %s', (value, shown) => {
    expect(refuseWith(value).message).toBe(`subject: 1 problem\n  property = ${shown}: ${RULE}; ${REMEDY}.`);
  });
});

describe('problems', () => {
  const problem: Problem = { path: [], value: 1, rule: RULE, remedy: REMEDY };
  const at = (...path: Path): Problem => ({ ...problem, path });

  it('are none where the rule holds, and one of the value itself where it does not', () => {
    expect(unless(true, 1, RULE, REMEDY)).toEqual([]);
    expect(unless(false, 1, RULE, REMEDY)).toEqual([problem]);
    expect(broken(1, RULE, REMEDY)).toEqual([problem]);
  });

  it('get their paths from the properties, indices, keys and names around them', () => {
    const one = () => [problem];

    expect(
      inProps({
        ports: inEach([80, 81], (port) => (port === 80 ? [] : inProps({ name: one() }))),
        labels: inEach({ 'example.com/tier': '' }, one),
        sidecars: inNamed([{ name: 'log' }], () => inProps({ image: one() })),
        image: [],
      }),
    ).toEqual([at('ports', 1, 'name'), at('labels', 'example.com/tier'), at('sidecars', 'log', 'image')]);
  });

  it('of elements that share a name are told apart by their order', () => {
    const named = ['a', 'b', 'a', 'a'].map((name) => ({ name }));

    expect(inNamed(named, () => [problem])).toEqual([at('a'), at('b'), at('a', 1), at('a', 2)]);
  });

  it.each<[Path, string]>([
    [['image'], 'image'],
    [['ports', 1, 'name'], 'ports[1].name'],
    [['sidecars', 'log', 'image'], 'sidecars.log.image'],
    [['sidecars', 'log', 1, 'image'], 'sidecars.log[1].image'],
    [['env', 'A.B'], 'env["A.B"]'],
    [['sidecars', '', 'image'], 'sidecars[""].image'],
  ])('at %p are told of %s', (path, property) => {
    const error = refusalOf(() => {
      refuse('subject', [at(...path)]);
    });

    expect(error.problems).toEqual([{ ...at(...path), property }]);
    expect(error.message).toContain(`\n  ${property} = 1: `);
  });

  it('throw nothing when there are none', () => {
    expect(() => {
      refuse('subject', []);
    }).not.toThrow();
  });

  it('are told of the path of a construct', () => {
    expect(() => {
      refuse(new Construct(chart(), 'inner'), [problem]);
    }).toThrow(/^system\/inner: 1 problem\n/);
  });

  describe('of what a construct composes', () => {
    it.each<[string, Record<string, string | null>, Path, readonly Path[]]>([
      ['have the name that the table gives', { a: 'b' }, ['a'], [['b']]],
      ['keep what is below it', { 'a.b': 'c.d' }, ['a', 'b', 1, 'e'], [['c', 'd', 1, 'e']]],
      ['keep a name that is in no table', { 'a.b': 'c' }, ['a'], [['a']]],
      ['keep a name that only begins alike', { a: 'b' }, ['ab'], [['ab']]],
      ['have any name at a star', { 'a.*.b': 'c' }, ['a', 'x', 'b'], [['c']]],
      ['have any index at a star', { 'a.*.b': 'c' }, ['a', 0, 'b'], [['c']]],
      ['have some name at a star', { 'a.*': 'c' }, ['a'], [['a']]],
      ['are left out where they follow from others', { a: null }, ['a', 'b'], []],
      ['have the first name that fits', { 'a.b': 'c', a: null }, ['a', 'b'], [['c']]],
      ['are renamed once', { a: 'b', b: 'c' }, ['a'], [['b']]],
    ])('%s: %p', (_, names, path, expected) => {
      expect(renamed([at(...path)], names)).toEqual(expected.map((each) => at(...each)));
    });
  });
});

describe('a secret', () => {
  const secret = fc.stringMatching(/^[a-zA-Z0-9]{8,20}$/).map((text) => `zq${text}`);
  const url = fc.tuple(fc.constantFrom('redis://:', 'postgres://user:', 'https://a.b:'), secret);

  it('is not in the text of any error, whatever else is wrong', () => {
    fc.assert(
      fc.property(secret, url, (plain, [scheme, inUrl]) => {
        const { message } = refusalOf(() =>
          storeWith({
            name: 'Not A Name',
            env: { DB_PASSWORD: plain, DATABASE: `${scheme}${inUrl}@db:5432/app` },
            sidecars: [{ name: '-', image: 'x', env: { API_TOKEN: plain } }],
            probes: { readiness: Probe.exec({ command: [] }) },
          }),
        );
        expect(message).toContain('env.DB_PASSWORD = (not shown)');
        expect(message).toContain('env.DATABASE = (not shown)');
        expect(message).toContain('sidecars["-"].env.API_TOKEN = (not shown)');
        expect(message).not.toContain(plain);
        expect(message).not.toContain(inUrl);
      }),
    );
  });
});

it('accepts the least that a store needs, so that each refusal here is due to what was added', () => {
  expect(storeWith({}).name).toBe(STORE.name);
  expectProblemAlone(() => storeWith({ replicas: 0 }), {
    property: 'replicas',
    value: 0,
    rule: /at least 1/,
  });
});
