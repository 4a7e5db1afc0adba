/** What happens to the master's containers and node, and who serves afterwards. */
import { renderSystem } from '../../bench/render';
import { faults } from '../../cluster/faults';
import { apply, get, kubectl, list } from '../../cluster/kubectl';
import { master, metaPods } from '../../cluster/memcache/members';
import type { ContainerStatus } from '../../cluster/objects';
import { readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { describeWithFaults, unlessFaults } from './support/describe-with-faults';
import { addClients, addMeta, answeredBy, lastingLogs, programRuns } from './support/memcache';
import { useNamespace } from './support/namespace';
import { type Run, answersTo, refuseOverlaps, refuseStale, runsOf } from './support/witness';

const MEMBERS = ['meta-service-pod-0', 'meta-service-pod-1'];
const TAKEOVER_LIMIT_MS = 40_000;
const BOOT_LIMIT_MS = 120_000;

describeWithFaults(`The master${unlessFaults}`, () => {
  const namespace = useNamespace();

  beforeAll(async () => {
    await apply(
      renderSystem(namespace, (chart) => {
        addClients(chart, addMeta(chart, lastingLogs), { placement: 'every-node' });
      }),
    );
    await settled();
  });

  /** All members and clients ready, and one master. */
  async function settled(): Promise<string> {
    await metaPods(namespace);
    await readyPods(namespace, 'app=local-service', 3);
    return master(namespace);
  }

  const nodeOf = async (pod: string): Promise<string> =>
    (await get('pod', pod, namespace)).spec.nodeName ?? 'none';

  const clientBeside = async (node: string): Promise<string> => {
    const clients = await list('pod', namespace, 'app=local-service');
    return clients.find(({ spec }) => spec.nodeName !== node)?.metadata.name ?? 'none';
  };

  const otherThan = (member: string): string => MEMBERS.find((name) => name !== member) ?? '';

  const statusOf = async (pod: string, container: string): Promise<ContainerStatus | undefined> => {
    const { status } = await get('pod', pod, namespace);
    const all = [...(status.initContainerStatuses ?? []), ...(status.containerStatuses ?? [])];
    return all.find(({ name }) => name === container);
  };

  const restartsOf = async (pod: string, container: string): Promise<number> =>
    (await statusOf(pod, container))?.restartCount ?? 0;

  /** A boot gives a pod new containers, and may count their restarts from 0. */
  const runningElector = async (pod: string): Promise<string | undefined> => {
    const status = await statusOf(pod, 'elector');
    return status?.state.running === undefined ? undefined : status.containerID;
  };

  /** Breaks the master's node; the pods that are the master and its successor, and who was asked. */
  async function breakNode(
    fault: 'stop' | 'freeze' | 'cut',
  ): Promise<{ first: string; second: string; node: string }> {
    const first = await settled();
    const node = await nodeOf(first);
    const second = otherThan(first);
    const client = await clientBeside(node);
    await faults()[fault](node);
    await eventually(`${client} is answered by ${second}`, {
      look: () => answeredBy(namespace, client, second),
      until: () => true,
      limitMs: TAKEOVER_LIMIT_MS,
    });
    return { first, second, node };
  }

  const lastRunOf = async (member: string): Promise<Run | undefined> =>
    (await runsOf(namespace, [member])).at(-1);

  /** Runs on a node that was frozen: they go on for a moment when it thaws, until their gate has looked at the clock. */
  const paused = new Set<number>();

  /** Says that no two programs ran at once, and that no client was answered by a former master. */
  async function expectOneAtATime(): Promise<void> {
    const runs = (await runsOf(namespace, MEMBERS)).filter(({ start }) => !paused.has(start));
    refuseOverlaps(runs);
    for (const { metadata } of await list('pod', namespace, 'app=local-service')) {
      refuseStale(await answersTo(namespace, metadata.name));
    }
  }

  const ready = (node: string) => kubectl(['wait', '--for=condition=Ready', '--timeout=90s', `node/${node}`]);

  it('is followed by the other member when its program is killed, and comes back as the standby', async () => {
    const first = await settled();
    const before = await restartsOf(first, 'meta-service');

    await faults().killContainer(namespace, first, 'meta-service');

    await answeredBy(namespace, await clientBeside('any'), otherThan(first));
    await eventually('the container is started again', {
      look: () => restartsOf(first, 'meta-service'),
      until: (restarts) => restarts === before + 1,
    });
    expect(await settled()).toBe(otherThan(first));
    await expectOneAtATime();
  });

  it('goes on serving while its elector is killed and started again', async () => {
    const leader = await settled();
    const [electors, programs] = [
      await restartsOf(leader, 'elector'),
      await restartsOf(leader, 'meta-service'),
    ];

    await faults().killContainer(namespace, leader, 'elector');

    await eventually('the elector is started again', {
      look: () => restartsOf(leader, 'elector'),
      until: (restarts) => restarts === electors + 1,
    });
    expect(await settled()).toBe(leader);
    expect(await restartsOf(leader, 'meta-service')).toBe(programs);
    await expectOneAtATime();
  });

  it('whose node is powered off is replaced, and comes back as the standby', async () => {
    const { first, second, node } = await breakNode('stop');
    const before = await runningElector(first);

    await faults().start(node);
    await eventually('its containers are started again', {
      look: () => runningElector(first),
      until: (elector) => elector !== undefined && elector !== before,
      limitMs: BOOT_LIMIT_MS,
    });
    await ready(node);

    expect(await settled()).toBe(second);
    await expectOneAtATime();
  });

  it('whose node hangs is replaced, and stops when the node goes on', async () => {
    paused.add((await lastRunOf(await settled()))?.start ?? 0);
    const { first, second, node } = await breakNode('freeze');

    await faults().thaw(node);
    await ready(node);

    expect(await settled()).toBe(second);
    expect(await programRuns(namespace, first, false)).toBe(false);
    expect(await programRuns(namespace, second, true)).toBe(true);
    await expectOneAtATime();
  });

  it('whose node is cut off has stopped before the other member starts', async () => {
    const { second, node } = await breakNode('cut');

    await faults().join(node);
    await ready(node);

    expect(await settled()).toBe(second);
    await expectOneAtATime();
  });
});
