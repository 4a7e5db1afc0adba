/** What people are told of requests that fail: when, how often, and with which remedy. */
import { diagnosisOf } from '../../../runtime/kubernetes/diagnosis';
import type { KubeEvent } from '../../../runtime/kubernetes/events';
import { Failures } from '../../../runtime/kubernetes/failures';
import type { Outcome } from '../../../runtime/kubernetes/outcome';

const RENEWAL = { verb: 'patch', resource: 'leases', namespace: 'ns', says: '', isTested: true } as const;
const CREATION = { ...RENEWAL, verb: 'create', isTested: false } as const;
const MINUTE = 60_000;
const POLICY = "ValidatingAdmissionPolicy 'ns.app.writes'";

function watched() {
  let now = 0;
  const said: string[] = [];
  const fields: object[] = [];
  const events: KubeEvent[] = [];
  const say = (level: string) => (what: object, message: string) => {
    said.push(`${level}: ${message}`);
    fields.push(what);
  };
  const log = { warn: say('warn'), info: say('info') };
  const failures = new Failures({ log, tell: (event) => events.push(event), clock: () => now });
  const take = (code: Outcome['code'], outcome: Partial<Outcome> = {}) => {
    failures.take({ ...RENEWAL, code, ...outcome });
  };
  return { failures, take, said, fields, events, pass: (milliseconds: number) => (now += milliseconds) };
}

describe('the remedy', () => {
  it.each<[Partial<Outcome>, string | undefined, RegExp]>([
    [{ code: 401 }, 'ApiRefused', /status 401.*token.*ServiceAccount/],
    [{ code: 403 }, 'ApiRefused', /^patch leases failed .*Role in namespace ns.*allow patch on leases/],
    [{ code: 403, says: "Policy 'x' denied request: no" }, 'ApiRefused', /admission policy/],
    [{ code: 422, says: "Policy 'x' denied request: no" }, 'ApiRefused', /admission policy/],
    [
      { code: 403, says: `leases "app" is forbidden: ${POLICY} with binding 'b' denied request: no` },
      'ApiRefused',
      /ValidatingAdmissionPolicy 'ns\.app\.writes' refuses it: apply the group's manifests again/,
    ],
    [{ ...CREATION, code: 422 }, 'ApiRefused', /takes no such object/],
    [{ code: 429 }, 'ApiUnavailable', /flow control/],
    [{ code: 500 }, 'ApiUnavailable', /not well/],
    [{ code: 503 }, 'ApiUnavailable', /not well/],
    [{ code: 'timeout' }, 'ApiUnavailable', /no answer in time/],
    [{ code: 'connection' }, 'ApiUnavailable', /NetworkPolicy/],
    [{ code: 'tls' }, 'ApiRefused', /certificate.*ca\.crt/],
    [{ code: 'credentials' }, 'ApiRefused', /token or ca\.crt/],
    [{ code: 'budget' }, undefined, /as much as it may/],
  ])('for %j', (outcome, reason, message) => {
    const diagnosis = diagnosisOf({ ...RENEWAL, code: 0, ...outcome });

    expect(diagnosis?.reason).toBe(reason);
    expect(diagnosis?.message).toMatch(message);
  });

  it.each([{ code: 200 }, { code: 201 }, { code: 404 }, { code: 409 }, { code: 410 }, { code: 422 }])(
    'is none for what an election meets all the time: %j',
    (outcome) => {
      expect(diagnosisOf({ ...RENEWAL, ...outcome })).toBeUndefined();
    },
  );
});

describe('the log', () => {
  it('has a failure at once, with its status and what the API server says', () => {
    const { take, said, fields } = watched();
    take(403, { says: 'leases is forbidden' });

    expect(said).toEqual([expect.stringMatching(/^warn: patch leases failed \(status 403\): /)]);
    expect(fields).toEqual([
      {
        reason: 'ApiRefused',
        verb: 'patch',
        resource: 'leases',
        code: 403,
        says: 'leases is forbidden',
        failures: 1,
      },
    ]);
  });

  it('has it once a minute, however often it fails', () => {
    const { take, fields, pass } = watched();
    for (let index = 0; index < 1200; index += 1) {
      take(503);
      pass(100);
    }

    expect(fields).toMatchObject([{ failures: 1 }, { failures: 601 }]);
  });

  it('has each status, and each kind of request, by itself', () => {
    const { take, fields } = watched();
    take(503);
    take('timeout');
    take(503, { resource: 'pods' });
    take(503);

    expect(fields).toMatchObject([
      { code: 503, resource: 'leases' },
      { code: 'timeout' },
      { code: 503, resource: 'pods' },
    ]);
  });

  it('says once that it works again', () => {
    const { take, said, fields } = watched();
    take(200);
    take(503);
    take('timeout');
    take(503);
    take(409);
    take(200);

    expect(said.slice(2)).toEqual(['info: works again']);
    expect(fields.at(-1)).toEqual({ verb: 'patch', resource: 'leases', failures: 3 });
  });

  it('is not flooded by what fails every other time', () => {
    const { take, said, pass } = watched();
    for (let index = 0; index < 600; index += 1) {
      take(index % 2 === 0 ? 503 : 200);
      pass(100);
    }

    expect(said).toHaveLength(2);
  });

  it('has an account that cannot be read', () => {
    const { failures, said, fields, events } = watched();
    failures.unreadable('ENOENT: token');

    expect(said).toEqual([expect.stringContaining('is its volume mounted?')]);
    expect(fields).toMatchObject([{ code: 'credentials', says: 'ENOENT: token' }]);
    expect(events).toMatchObject([{ reason: 'ApiRefused' }]);
  });
});

describe('Events', () => {
  it('are told at once of what somebody has to mend, and every ten minutes', () => {
    const { take, events, pass } = watched();
    for (let minute = 0; minute < 25; minute += 1) {
      take(403);
      pass(MINUTE);
    }

    expect(events).toHaveLength(3);
    expect(events[0]).toMatchObject({
      type: 'Warning',
      reason: 'ApiRefused',
      message: expect.stringContaining('Role') as unknown,
    });
  });

  it('are told of what may pass when it has lasted for a minute', () => {
    const { take, events, pass } = watched();
    take(503);
    pass(MINUTE - 1);
    take(503);
    expect(events).toEqual([]);
    pass(1);
    take(503);

    expect(events).toMatchObject([{ reason: 'ApiUnavailable' }]);
  });

  it('are not told of what has worked since', () => {
    const { take, events, pass } = watched();
    take(503);
    take(200);
    pass(MINUTE);
    take(503);

    expect(events).toEqual([]);
  });

  it('are not told of Events, nor of what this elector does not ask for its own sake', () => {
    const { take, said, events } = watched();
    take(403, { verb: 'create', resource: 'events' });
    take('budget');

    expect(said).toHaveLength(2);
    expect(events).toEqual([]);
  });
});
