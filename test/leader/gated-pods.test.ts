/** How the gate stands between the kubelet and the application: command, shared folder, probes and time to stop. */
import { Duration } from 'cdk8s';
import fc from 'fast-check';
import {
  AppCheck,
  type ColdStandbyProbes,
  ElectionTiming,
  Probe,
  type RuntimeElectionProps,
  Standby,
  fromSecret,
} from '../../lib';
import { gatedProbes } from '../../lib/leader/gated-pods';
import { HTTP, embedded, group, hot } from '../support/leader-groups';
import { expectProblem, expectProblemAlone, isAccepted } from '../support/problems';
import { type ContainerView, envOf, mountsOf, volumeOf } from '../support/workloads';

const seconds = (count: number) => Duration.seconds(count);

/** A group whose standby has these probes. */
function probed(probes: ColdStandbyProbes, startTimeout = seconds(60)) {
  const standby = Standby.cold({ check: AppCheck.tcp(HTTP), probes, startTimeout });
  return () => group({ standby });
}

const TIMING = ElectionTiming.of({
  leaseDuration: Duration.seconds(30),
  renewDeadline: Duration.seconds(20),
  retryPeriod: Duration.millis(1250),
  killAfter: Duration.millis(1500),
});

describe('the gate', () => {
  it('runs the command and leaves its arguments alone', () => {
    const { command, args } = group({ command: ['/app', '--serve'], args: ['--verbose'] }).container('app');

    expect(command).toEqual(['/bin/sh', '/opt/cdk8s-ha/gate.sh', '/app', '--serve']);
    expect(args).toEqual(['--verbose']);
  });

  it('asks a check of the application, by its number of words', () => {
    const standby = Standby.cold({ check: AppCheck.exec(['app', 'ping', 'two words']) });

    expect(group({ command: ['/app'], args: ['--check'], standby }).container('app')).toMatchObject({
      command: ['/bin/sh', '/opt/cdk8s-ha/gate.sh', '--check', '3', 'app', 'ping', 'two words', '/app'],
      args: ['--check'],
    });
  });

  it('knows where the deadline is, and how long SIGTERM has', () => {
    const env = { MODE: 'a', KEY: fromSecret('app', 'key') };

    expect(envOf(group({ env, election: TIMING }).container('app'))).toEqual({
      MODE: 'a',
      KEY: '?',
      HA_DIR: '/run/ha',
      HA_KILL_AFTER: '150',
    });
  });

  it('knows the signal that its application wants to be stopped with', () => {
    const check = AppCheck.http(HTTP);
    const told = (standby: Standby) => envOf(group({ standby }).container('app'))['HA_STOP_SIGNAL'];

    expect(told(Standby.cold({ check, stopSignal: 'SIGKILL' }))).toBe('SIGKILL');
    expect(told(Standby.cold({ check }))).toBeUndefined();
  });

  it('never gives SIGTERM longer than told, in whole centiseconds', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2500 }), (milliseconds) => {
        const election = ElectionTiming.of({
          leaseDuration: Duration.seconds(10),
          renewDeadline: Duration.seconds(7),
          retryPeriod: Duration.seconds(1),
          killAfter: Duration.millis(milliseconds),
        });
        const told = Number(envOf(group({ election }).container('app'))['HA_KILL_AFTER']) * 10;

        expect(told).toBeLessThanOrEqual(milliseconds);
        expect(told).toBeGreaterThan(milliseconds - 10);
      }),
      { numRuns: 20 },
    );
  });

  it('shares a folder in memory with the elector, which alone writes to it', () => {
    const { pod } = group();
    const mountOf = (container: ContainerView) =>
      container.volumeMounts?.find(({ mountPath }) => mountPath === '/run/ha');

    expect(volumeOf(pod, 'ha')).toEqual({ emptyDir: { medium: 'Memory', sizeLimit: '1Mi' } });
    expect(mountOf(group().container('elector'))).toEqual({ name: 'ha', mountPath: '/run/ha' });
    expect(mountOf(group().container('app'))).toEqual({ name: 'ha', mountPath: '/run/ha', readOnly: true });
  });

  it('comes from a ConfigMap that the pod names in full', () => {
    const rendering = group();
    const configMap = rendering.one('ConfigMap');

    expect(Object.keys(configMap.data)).toEqual(['gate.sh']);
    expect(configMap).toMatchObject({ immutable: true });
    expect(volumeOf(rendering.pod, 'gate')).toEqual({ configMap: { name: configMap.metadata.name } });
    expect(mountsOf(rendering.container('app'))).toMatchObject({ '/opt/cdk8s-ha': 'gate' });
  });

  it.each([
    ['hot', hot({ command: ['/app'] })],
    ['of its own', embedded({ command: ['/app'] })],
  ])('is absent where the election is %s', (_, rendering) => {
    expect(rendering.container('app')).toMatchObject({ command: ['/app'] });
    expect(rendering.container('app')).not.toHaveProperty('env');
    expect(rendering.container('app')).not.toHaveProperty('volumeMounts');
    expect(rendering.names.filter((name) => name.startsWith('ConfigMap'))).toEqual([]);
  });
});

describe('the probes of the application', () => {
  it('are asked through the elector with a cold standby', () => {
    const { startupProbe, livenessProbe, readinessProbe } = group({ electorPort: 9480 }).container('app');

    expect([startupProbe, livenessProbe, readinessProbe].map((probe) => probe?.httpGet)).toEqual([
      { port: 9480, path: '/app/startup' },
      { port: 9480, path: '/app/liveness' },
      { port: 9480, path: '/app/readiness' },
    ]);
  });

  it('ask the application with a hot standby, or one of its own', () => {
    const probes = {
      startup: Probe.tcp({ port: 8080 }),
      readiness: Probe.http({ port: 8080, path: '/ready' }),
    };

    for (const rendering of [hot({ probes }), embedded({ probes })]) {
      const container = rendering.container('app');
      expect(container.startupProbe).toEqual({ tcpSocket: { port: 8080 } });
      expect(container.readinessProbe).toEqual({ httpGet: { port: 8080, path: '/ready' } });
      expect(container).not.toHaveProperty('livenessProbe');
    }
  });

  it('are none of a hot standby unless set', () => {
    expect(hot().container('app')).not.toHaveProperty('readinessProbe');
  });

  it('give a start its whole time, whatever it is', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 3_600_000 }), (milliseconds) => {
        const startTimeout = Duration.millis(milliseconds);
        const probe = gatedProbes(8480, { startTimeout, probes: {} }).startup?.toKube();
        const budget = (probe?.periodSeconds ?? 0) * (probe?.failureThreshold ?? 0);

        expect(probe?.failureThreshold).toBe(Math.ceil(probe?.failureThreshold ?? 0));
        expect(budget * 1000).toBeGreaterThanOrEqual(milliseconds);
      }),
    );
  });

  it.each([
    ['60 s', {}, 60],
    ['15 minutes', { startTimeout: Duration.minutes(15) }, 900],
  ])('do not kill a start of %s', (_, options, seconds) => {
    const standby = Standby.cold({ check: AppCheck.tcp(HTTP), ...options });
    const { periodSeconds = 0, failureThreshold = 0 } =
      group({ standby }).container('app').startupProbe ?? {};

    expect(periodSeconds * failureThreshold).toBeGreaterThanOrEqual(seconds);
  });
});

describe('the times of the probes', () => {
  const timesOf = (probes: ColdStandbyProbes) => {
    const { startupProbe, livenessProbe, readinessProbe } = probed(probes)().container('app');
    return [startupProbe, livenessProbe, readinessProbe].map((probe) => [
      probe?.periodSeconds,
      probe?.timeoutSeconds,
      probe?.failureThreshold,
    ]);
  };

  it.each<[string, ColdStandbyProbes]>([
    ['nothing is said', {}],
    ['undefined is given', { startup: undefined, liveness: { period: undefined }, readiness: {} }],
  ])('are those that outlast a restart of the elector where %s', (_, probes) => {
    expect(timesOf(probes)).toEqual([
      [2, 2, 45],
      [5, 2, 6],
      [5, 2, 3],
    ]);
  });

  it('are as told, and a start keeps its whole time', () => {
    expect(
      timesOf({
        startup: { period: seconds(7), timeout: seconds(1) },
        liveness: { period: seconds(20), timeout: seconds(9), failureThreshold: 2 },
        readiness: { period: seconds(1), timeout: seconds(2), failureThreshold: 1 },
      }),
    ).toEqual([
      [7, 1, 14],
      [20, 9, 2],
      [1, 2, 1],
    ]);
  });

  it.each<[string, ColdStandbyProbes, string, RegExp]>([
    [
      'ends a standby while its elector is restarted',
      { liveness: { failureThreshold: 4 } },
      'liveness.failureThreshold',
      /^an elector that is restarted does not answer for up to 20 s, and after 15 s a healthy standby/,
    ],
    [
      'ends a standby while its elector is restarted, for it comes often',
      { liveness: { period: seconds(3) } },
      'liveness.failureThreshold',
      /after 15 s/,
    ],
    [
      'gives up before the elector does (liveness)',
      { liveness: { timeout: seconds(1) } },
      'liveness.timeout',
      /asks the application for up to 1.5 s/,
    ],
    [
      'gives up before the elector does (readiness)',
      { readiness: { timeout: seconds(1) } },
      'readiness.timeout',
      /asks the application for up to 1.5 s/,
    ],
    ['comes in parts of seconds', { startup: { period: Duration.millis(1500) } }, 'startup.period', /whole/],
    ['has no time for an answer', { startup: { timeout: seconds(0) } }, 'startup.timeout', /at least 1/],
    ['never fails', { readiness: { failureThreshold: 0 } }, 'readiness.failureThreshold', /at least 1/],
  ])('may not be such that the probe %s', (_, probes, property, rule) => {
    expectProblemAlone(probed(probes), { property: `standby.probes.${property}`, rule });
  });

  it('say which threshold does with the period', () => {
    expectProblem(probed({ liveness: { period: seconds(3), failureThreshold: 1 } }), {
      property: 'standby.probes.liveness.failureThreshold',
      value: 1,
      rule: /after 0 s/,
      remedy: /^use at least 8, or a longer period$/,
    });
    expect(isAccepted(probed({ liveness: { period: seconds(3), failureThreshold: 8 } }))).toBe(true);
  });

  it('that are none are refused once, and not counted with', () => {
    expectProblemAlone(probed({ startup: { period: seconds(0) } }), {
      property: 'standby.probes.startup.period',
      rule: /at least 1/,
    });
  });
});

describe('the time that a pod has to stop', () => {
  it.each<[string, Partial<RuntimeElectionProps>, number]>([
    ['10 s and 5 s for the lease by default', {}, 15],
    ['what the application needs and 5 s', { stopTimeout: Duration.minutes(1) }, 65],
    ['as long as told', { terminationGracePeriod: Duration.seconds(40) }, 40],
    [
      'the least that releases the lease after a long stop',
      { stopTimeout: Duration.hours(1), terminationGracePeriod: Duration.seconds(3602) },
      3602,
    ],
    ['the least that releases the lease', { terminationGracePeriod: Duration.seconds(12) }, 12],
    [
      'as by default where undefined is given',
      { stopTimeout: Duration.seconds(60), terminationGracePeriod: undefined },
      65,
    ],
  ])('is %s', (_, props, seconds) => {
    expect(group(props).pod.spec['terminationGracePeriodSeconds']).toBe(seconds);
  });
});
