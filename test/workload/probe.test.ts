/** Tests of probes: every kind with every field, and what each place refuses. */
import { Duration } from 'cdk8s';
import { Probe, type ProbeTiming, type Probes } from '../../lib';
import { expectProblem, expectProblemAlone } from '../support/problems';
import { containerWith, storeWith } from '../support/stores';

type Place = keyof Probes;

const PLACES: readonly Place[] = ['startup', 'liveness', 'readiness'];

const TIMING: Required<ProbeTiming> = {
  initialDelay: Duration.seconds(1),
  period: Duration.minutes(1),
  timeout: Duration.millis(2000),
  successThreshold: 1,
  failureThreshold: 4,
  terminationGracePeriod: Duration.seconds(5),
};

const TIMING_IN_MANIFEST = {
  initialDelaySeconds: 1,
  periodSeconds: 60,
  timeoutSeconds: 2,
  successThreshold: 1,
  failureThreshold: 4,
  terminationGracePeriodSeconds: 5,
};

describe('a probe', () => {
  it.each<[string, Probe, object]>([
    ['over HTTP', Probe.http({ port: 80 }), { httpGet: { port: 80, path: '/' } }],
    [
      'over HTTP with everything',
      Probe.http({
        ...TIMING,
        port: 80,
        path: '/health?full',
        scheme: 'HTTPS',
        host: '10.0.0.1',
        headers: { Host: 'db', Accept: '*/*' },
      }),
      {
        httpGet: {
          port: 80,
          path: '/health?full',
          scheme: 'HTTPS',
          host: '10.0.0.1',
          httpHeaders: [
            { name: 'Host', value: 'db' },
            { name: 'Accept', value: '*/*' },
          ],
        },
        ...TIMING_IN_MANIFEST,
      },
    ],
    ['over TCP', Probe.tcp({ port: 5432 }), { tcpSocket: { port: 5432 } }],
    [
      'over TCP with everything',
      Probe.tcp({ ...TIMING, port: 5432, host: '10.0.0.1' }),
      { tcpSocket: { port: 5432, host: '10.0.0.1' }, ...TIMING_IN_MANIFEST },
    ],
    [
      'by a program',
      Probe.exec({ command: ['pg_isready', '-q'] }),
      { exec: { command: ['pg_isready', '-q'] } },
    ],
    [
      'by a program with everything',
      Probe.exec({ ...TIMING, command: ['true'] }),
      { exec: { command: ['true'] }, ...TIMING_IN_MANIFEST },
    ],
    ['over gRPC', Probe.grpc({ port: 9090 }), { grpc: { port: 9090 } }],
    [
      'over gRPC with everything',
      Probe.grpc({ ...TIMING, port: 9090, service: 'db' }),
      { grpc: { port: 9090, service: 'db' }, ...TIMING_IN_MANIFEST },
    ],
  ])('%s has all that it was given in its manifest', (_, liveness, manifest) => {
    expect(containerWith({ probes: { liveness } })).toHaveProperty('livenessProbe', manifest);
  });

  it.each(PLACES)('of %s is in its place and no other', (place) => {
    const container = containerWith({ probes: { [place]: Probe.tcp({ port: 1 }) } });

    expect(Object.keys(container).filter((key) => key.endsWith('Probe'))).toEqual([`${place}Probe`]);
  });
});

describe('in every place', () => {
  describe.each(PLACES)('such as %s', (place) => {
    function build(timing: ProbeTiming): () => unknown {
      return () => storeWith({ probes: { [place]: Probe.tcp({ port: 1, ...timing }) } });
    }

    it('a probe may take the least of each value', () => {
      const least: ProbeTiming = {
        initialDelay: Duration.seconds(0),
        period: Duration.seconds(1),
        timeout: Duration.seconds(1),
        successThreshold: 1,
        failureThreshold: 1,
      };

      expect(build(least)).not.toThrow();
    });

    it.each<[keyof ProbeTiming, ProbeTiming, unknown, RegExp]>([
      ['initialDelay', { initialDelay: Duration.millis(500) }, '0.5 s', /whole seconds, at least 0/],
      ['period', { period: Duration.seconds(0) }, '0 s', /whole seconds, at least 1/],
      ['period', { period: Duration.millis(1500) }, '1.5 s', /whole seconds, at least 1/],
      ['timeout', { timeout: Duration.seconds(0) }, '0 s', /whole seconds, at least 1/],
      ['timeout', { timeout: Duration.seconds(0.0001) }, '0.0001 s', /whole seconds, at least 1/],
      ['successThreshold', { successThreshold: 0 }, 0, /a threshold is a whole number of at least 1/],
      ['failureThreshold', { failureThreshold: 0 }, 0, /a threshold is a whole number of at least 1/],
      ['failureThreshold', { failureThreshold: 2.5 }, 2.5, /a threshold is a whole number of at least 1/],
    ])('%s is refused: %#', (name, timing, value, rule) => {
      expectProblem(build(timing), { property: `probes.${place}.${name}`, value, rule });
    });

    it.each([0, 65536, 1.5])('port %d is refused', (port) => {
      const rule = /1 to 65535/;
      const property = `probes.${place}.port`;
      for (const probe of [Probe.http({ port }), Probe.tcp({ port }), Probe.grpc({ port })]) {
        expectProblemAlone(() => storeWith({ probes: { [place]: probe } }), { property, value: port, rule });
      }
    });

    it('a program without a name is refused', () => {
      expectProblemAlone(() => storeWith({ probes: { [place]: Probe.exec({ command: [] }) } }), {
        property: `probes.${place}.command`,
        value: [],
        rule: /runs a program/,
      });
    });
  });
});

describe('in one place and not in another', () => {
  it.each(['startup', 'liveness'] as const)('%s succeeds at its first success', (place) => {
    expectProblemAlone(
      () => storeWith({ probes: { [place]: Probe.tcp({ port: 1, successThreshold: 2 }) } }),
      {
        property: `probes.${place}.successThreshold`,
        value: 2,
        rule: new RegExp(`a ${place} probe succeeds at its first success`),
      },
    );
  });

  it('readiness may ask for several successes', () => {
    const readiness = Probe.tcp({ port: 1, successThreshold: 2 });

    expect(containerWith({ probes: { readiness } })).toHaveProperty('readinessProbe.successThreshold', 2);
  });

  it('readiness has no grace period, since it kills nothing', () => {
    const readiness = Probe.tcp({ port: 1, terminationGracePeriod: Duration.minutes(1) });

    expectProblemAlone(() => storeWith({ probes: { readiness } }), {
      property: 'probes.readiness.terminationGracePeriod',
      value: '1 minute',
      rule: /kills nothing/,
    });
  });

  it.each([
    ['startup', Duration.seconds(0), '0 s'],
    ['liveness', Duration.millis(2500), '2.5 s'],
  ] as const)('the grace period of %s is whole seconds', (place, terminationGracePeriod, value) => {
    const probe = Probe.tcp({ port: 1, terminationGracePeriod });

    expectProblemAlone(() => storeWith({ probes: { [place]: probe } }), {
      property: `probes.${place}.terminationGracePeriod`,
      value,
      rule: /whole seconds, at least 1/,
    });
  });

  it('a sidecar has probes, and its place is named', () => {
    const sidecars = [{ name: 'log', image: 'log:1', probes: { startup: Probe.http({ port: -1 }) } }];

    expectProblemAlone(() => storeWith({ sidecars }), {
      property: 'sidecars.log.probes.startup.port',
      value: -1,
      rule: /1 to 65535/,
    });
  });
});
