/** MemCache's topology without a privilege, running: configuration, credentials, logs, health, hand-over, roll-out. */
import { Duration } from 'cdk8s';
import { renderSystem } from '../../bench/render';
import { deletePod } from '../../cluster/faults';
import { apply, exec, get, kubectl, list, logs } from '../../cluster/kubectl';
import { SERVICE, master, metaPods } from '../../cluster/memcache/members';
import { isReady, readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { LeaderRouting } from '../../lib';
import { addClients, addMeta, answeredBy, lastingLogs, programRuns } from './support/memcache';
import { useNamespace } from './support/namespace';
import { answersTo, refuseOverlaps, refuseStale, runsOf } from './support/witness';

const CLIENT = 'local-service-pod-0';
const MEMBERS = ['meta-service-pod-0', 'meta-service-pod-1'];

/** Longer than liveness alone would wait. */
const SLOW_SECONDS = 36;
const slow = useNamespace();

// It takes longest, so it begins before the other tests.
beforeAll(async () => {
  await apply(
    renderSystem(slow, (chart) => {
      const env = { STAND_IN_START_SECONDS: String(SLOW_SECONDS) };
      addMeta(chart, { env, startTimeout: Duration.seconds(60) });
    }),
  );
});

describe('MemCache with clients', () => {
  const namespace = useNamespace();
  const rendered = (logLevel: 'info' | 'debug') =>
    renderSystem(namespace, (chart) => {
      addClients(chart, addMeta(chart, { settings: { logLevel } }));
    });
  const restarts = async () =>
    (await list('pod', namespace)).flatMap(({ metadata, status }) =>
      (status.containerStatuses ?? []).map(
        ({ name, restartCount }) => `${metadata.name} ${name} ${restartCount}`,
      ),
    );

  beforeAll(async () => {
    await apply(rendered('info'));
    await metaPods(namespace);
    await readyPods(namespace, 'app=local-service', 2);
  });

  it('has one master, which answers the clients at the address of the Service', async () => {
    expect(await answeredBy(namespace, CLIENT, await master(namespace))).toMatch(
      /^meta: meta-service-pod-\d \d+/,
    );
  });

  it('gives each member a configuration with its own address', async () => {
    for (const { metadata, status } of await metaPods(namespace)) {
      const where = { namespace, pod: metadata.name, container: 'meta-service' };
      const config = await exec(where, 'cat', '/home/meta/config/mmc-meta.conf');
      const ip = status.podIP ?? 'none';

      expect(config).toContain(`ock.mmc.meta_service_url = tcp://${ip}:5123\n`);
      expect(config).toContain(`ock.mmc.meta_service.config_store_url = tcp://${ip}:6123\n`);
      expect(config).toContain(`ock.mmc.meta_service.metrics_url = http://${ip}:8000\n`);
    }
  });

  it("gives the clients a configuration with the Service's name and their own address", async () => {
    const host = `${SERVICE}.${namespace}.svc.cluster.local`;
    const { status } = await get('pod', CLIENT, namespace);
    const config = await exec({ namespace, pod: CLIENT }, 'cat', '/home/meta/config/mmc-local.conf');

    expect(config).toContain(`ock.mmc.meta_service_url = tcp://${host}:18080\n`);
    expect(config).toContain(`ock.mmc.local_service.config_store_url = tcp://${host}:18090\n`);
    expect(config).toContain(`ock.mmc.local_service.hcom_url = tcp://${status.podIP ?? 'none'}:7000\n`);
  });

  it("shows the account's credentials to the elector only", async () => {
    const pod = await master(namespace);
    const token = '/var/run/secrets/kubernetes.io/serviceaccount/token';
    const look = ['node', '-p', `fs.existsSync('${token}')`];

    expect(await exec({ namespace, pod, container: 'elector' }, ...look)).toBe('true\n');
    for (const container of ['meta-service', 'log']) {
      expect(await exec({ namespace, pod, container }, ...look)).toBe('false\n');
    }
    expect(await exec({ namespace, pod: CLIENT }, ...look)).toBe('false\n');
  });

  it("prints the master's log where `kubectl logs POD -c log` shows it", async () => {
    const pod = await master(namespace);

    const log = await eventually('the log is printed', {
      look: () => logs(namespace, pod, 'log'),
      until: (text) => text.includes('serve'),
    });
    expect(log).toMatch(new RegExp(`start ${pod} term \\d+\\n[\\d.]+ serve ${pod} term \\d+\\n$`));
  });

  it('keeps standbys ready without running the program', async () => {
    const leader = await master(namespace);
    const standby = MEMBERS.find((name) => name !== leader) ?? '';

    expect(isReady(await get('pod', standby, namespace))).toBe(true);
    expect(await programRuns(namespace, standby, false)).toBe(false);
    expect(await programRuns(namespace, leader, true)).toBe(true);
  });

  it('replaces every member when the configuration changes, and restarts nothing', async () => {
    const before = await metaPods(namespace);
    await apply(rendered('debug'));

    const after = await eventually('both members are replaced and ready', {
      look: () => list('pod', namespace, 'app=meta-service'),
      until: (pods) =>
        pods.length === 2 &&
        pods.every(
          (pod) => isReady(pod) && !before.some(({ metadata }) => metadata.uid === pod.metadata.uid),
        ),
      limitMs: 120_000,
    });
    for (const { metadata } of after) {
      const where = { namespace, pod: metadata.name, container: 'meta-service' };
      expect(await exec(where, 'cat', '/home/meta/config/mmc-meta.conf')).toContain(
        'ock.mmc.log_level = debug\n',
      );
    }
    await answeredBy(namespace, CLIENT, await master(namespace));
    expect((await restarts()).filter((line) => !line.endsWith(' 0'))).toEqual([]);
  });
});

describe.each(['slice', 'label'] as const)('A master that is deleted, with routing by %s', (routing) => {
  const namespace = useNamespace();

  it('has stopped before the other member starts, which the clients then reach', async () => {
    const chart = renderSystem(namespace, (system) => {
      const props = routing === 'label' ? { ...lastingLogs, routing: LeaderRouting.label() } : lastingLogs;
      addClients(system, addMeta(system, props));
    });
    await apply(chart);
    await metaPods(namespace);
    await readyPods(namespace, 'app=local-service', 2);
    const first = await master(namespace, routing);
    await answeredBy(namespace, CLIENT, first);

    await deletePod(namespace, first);
    const second = MEMBERS.find((name) => name !== first) ?? '';
    await answeredBy(namespace, CLIENT, second);

    await metaPods(namespace);
    expect(await master(namespace, routing)).toBe(second);
    const runs = await runsOf(namespace, MEMBERS);
    expect(runs.map(({ pod }) => pod)).toEqual([first, second]);
    refuseOverlaps(runs);
    refuseStale(await answersTo(namespace, CLIENT));
  });
});

describe('A slow start', () => {
  it('is not killed, and gets the traffic when it has ended', async () => {
    const pods = await metaPods(slow);

    const leader = await master(slow);
    const { status } = pods.find(({ metadata }) => metadata.name === leader) ?? {};
    expect(status?.containerStatuses?.map(({ restartCount }) => restartCount)).toEqual([0]);
    const log = await logs(slow, leader, 'log');
    const [, start, serve] = /^([\d.]+) start .*\n([\d.]+) serve /m.exec(log) ?? [];
    expect(Number(serve) - Number(start)).toBeGreaterThanOrEqual(SLOW_SECONDS);
  });
});

describe("MemCache's own election", () => {
  const namespace = useNamespace();
  const lease = (holder: string) => `
apiVersion: v1
kind: Namespace
metadata: { name: ${namespace} }
---
apiVersion: coordination.k8s.io/v1
kind: Lease
metadata: { name: lease-memcache, namespace: ${namespace} }
spec: { holderIdentity: ${holder}, leaseDurationSeconds: 10, leaseTransitions: 7 }
`;
  const rendered = renderSystem(namespace, (chart) => {
    addClients(chart, addMeta(chart, { election: 'embedded' }));
  });

  it('finds a Lease that exists as it was, and one that does not exist made', async () => {
    await apply(lease('somebody'));
    const before = await get('lease', 'lease-memcache', namespace);
    await apply(rendered);
    await metaPods(namespace);
    expect(await get('lease', 'lease-memcache', namespace)).toEqual(before);

    await kubectl(['delete', 'lease', 'lease-memcache', '-n', namespace]);
    for (const pod of MEMBERS) await deletePod(namespace, pod);

    await metaPods(namespace);
    const leader = await master(namespace, 'label');
    await readyPods(namespace, 'app=local-service', 2);
    const answer = await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--once');
    expect(answer).toBe(`meta: ${leader} none, config: ${leader} none\n`);
  });
});
