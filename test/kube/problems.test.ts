/** Tests of how wrong props are reported: all at once, each with its place, value, rule and remedy, never a secret. */
import { Construct } from 'constructs';
import fc from 'fast-check';
import { Budget, ContainerSecurity, InvalidPropsError, Probe, type Problem } from '../../lib';
import { Checks, REDACTED } from '../../lib/kube/problems';
import { expectProblemAlone, refusalOf } from '../support/problems';
import { STORE, newChart, storeWith } from '../support/synth';

const RULE = 'a rule';
const REMEDY = 'do better';

function refuseWith(value: unknown): InvalidPropsError {
  return refusalOf(() => {
    const checks = new Checks('subject');
    checks.require(false, 'property', value, RULE, REMEDY);
    checks.done();
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

describe('checks', () => {
  it('throw nothing when nothing was found', () => {
    const checks = new Checks('subject');
    checks.require(true, 'property', 1, RULE, REMEDY);
    checks.include([]);
    checks.done();

    expect(checks.settle(() => 'built')).toBe('built');
  });

  it('take the path of a construct for its name', () => {
    const checks = new Checks(new Construct(newChart(), 'inner'));
    checks.require(false, 'property', 1, RULE, REMEDY);

    expect(() => {
      checks.done();
    }).toThrow(/^system\/inner: 1 problem\n/);
  });
});

describe('checks around an inner construct', () => {
  const problem: Problem = { property: 'outer', value: 1, rule: RULE, remedy: REMEDY };

  function settle(build: () => unknown, known = [problem]): InvalidPropsError {
    return refusalOf(() => {
      const checks = new Checks('outside');
      checks.include(known);
      checks.settle(build);
    });
  }

  function throwing(...problems: Problem[]): () => never {
    return () => {
      throw new InvalidPropsError('inside', problems);
    };
  }

  it('report its problems after their own, under their own name', () => {
    const inner = { ...problem, property: 'inner', value: 2 };

    expect(settle(throwing(inner))).toMatchObject({ subject: 'outside', problems: [problem, inner] });
  });

  it('report a value that was handed on once, under the property that the user wrote', () => {
    const another: Problem = { ...problem, value: 2 };
    const inner: Problem = { ...problem, property: 'inner' };

    expect(settle(throwing(inner), [problem, another]).problems).toEqual([problem, another]);
  });

  it('report the same value again when another rule refuses it', () => {
    const inner = { ...problem, property: 'inner', rule: 'another rule' };

    expect(settle(throwing(inner)).problems).toEqual([problem, inner]);
  });

  it('report two secrets, which they cannot compare', () => {
    const secret: Problem = { ...problem, value: REDACTED };
    const inner: Problem = { ...secret, property: 'inner' };

    expect(settle(throwing(inner), [secret]).problems).toEqual([secret, inner]);
  });

  it('report what they found even if the inner construct is built', () => {
    expect(settle(() => 'built').problems).toEqual([problem]);
  });

  it('report what they found when the inner construct fails over it', () => {
    const failing = (): never => {
      throw new TypeError('undefined is not a function');
    };

    expect(settle(failing).problems).toEqual([problem]);
  });

  it('let a failure through that no problem explains', () => {
    const failure = new TypeError('undefined is not a function');

    expect(() =>
      new Checks('outside').settle(() => {
        throw failure;
      }),
    ).toThrow(failure);
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
        expect(message).toContain('sidecars[0].env.API_TOKEN = (not shown)');
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
