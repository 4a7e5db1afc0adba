/** Hand-overs that people cause: a roll-out, a drain, `kubectl apply` of the same files, a request to give up. */
import { renderSystem } from '../../bench/render';
import { apply, exec, get, list } from '../../cluster/kubectl';
import { MEMBERS_LABEL, master, metaPods } from '../../cluster/memcache/members';
import { drain, uncordon } from '../../cluster/nodes';
import { isReady, readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { addClients, addMeta, answeredBy, lastingLogs } from './support/memcache';
import { useNamespace } from './support/namespace';
import { answersTo, refuseOverlaps, refuseStale, runsOf } from './support/witness';

const MEMBERS = ['meta-service-pod-0', 'meta-service-pod-1', 'meta-service-pod-2'];
const CLIENT = 'local-service-pod-0';
const ROLL_OUT_LIMIT_MS = 120_000;

const RELEASE = `
require('node:http')
  .request({ socketPath: '/run/ha/control.sock', method: 'POST', path: '/release' }, ({ statusCode }) => console.log(statusCode))
  .end();
`;

describe('A group of three', () => {
  const namespace = useNamespace();
  const rendered = (logLevel: 'info' | 'debug') =>
    renderSystem(namespace, (chart) => {
      addClients(chart, addMeta(chart, { ...lastingLogs, replicas: 3, settings: { logLevel } }));
    });

  beforeAll(async () => {
    await apply(rendered('info'));
    await settled();
  });

  async function settled(): Promise<string> {
    await metaPods(namespace, 3);
    await readyPods(namespace, 'app=local-service', 2);
    const leader = await master(namespace);
    await answeredBy(namespace, CLIENT, leader);
    return leader;
  }

  const transitions = async (): Promise<number> =>
    (await get('lease', 'lease-memcache', namespace)).spec.leaseTransitions ?? 0;

  async function expectOneAtATime(): Promise<void> {
    refuseOverlaps(await runsOf(namespace, MEMBERS));
    refuseStale(await answersTo(namespace, CLIENT));
  }

  it('changes nothing when it is applied again', async () => {
    const leader = await settled();
    const before = await transitions();

    await apply(rendered('info'));

    expect(await settled()).toBe(leader);
    expect(await transitions()).toBe(before);
  });

  it('has another master after one is asked to give up, which stays a standby', async () => {
    const first = await settled();

    expect(await exec({ namespace, pod: first, container: 'elector' }, 'node', '-e', RELEASE)).toBe('202\n');

    await eventually('another member leads', {
      look: () => master(namespace),
      until: (leader) => leader !== first,
    });
    expect(await settled()).not.toBe(first);
    await expectOneAtATime();
  });

  it('changes its master twice at most while all members are replaced', async () => {
    const before = await metaPods(namespace, 3);
    await settled();
    const first = await transitions();

    await apply(rendered('debug'));
    await eventually('all members are replaced and ready', {
      look: () => list('pod', namespace, 'app=meta-service'),
      until: (pods) =>
        pods.length === 3 &&
        pods.every(
          (pod) => isReady(pod) && !before.some(({ metadata }) => metadata.uid === pod.metadata.uid),
        ),
      limitMs: ROLL_OUT_LIMIT_MS,
    });

    await settled();
    expect((await transitions()) - first).toBeLessThanOrEqual(2);
    await expectOneAtATime();
  });

  it("has another master while the first one's node is drained", async () => {
    const first = await settled();
    const { spec } = await get('pod', first, namespace);
    const node = spec.nodeName ?? 'none';

    try {
      await drain(node, MEMBERS_LABEL);
      const second = await eventually('another member leads', {
        look: () => master(namespace),
        until: (leader) => leader !== first,
      });
      expect(await answeredBy(namespace, await clientBeside(node), second)).toContain(second);
    } finally {
      await uncordon(node);
    }
    await settled();
    await expectOneAtATime();
  });

  const clientBeside = async (node: string): Promise<string> => {
    const clients = await list('pod', namespace, 'app=local-service');
    return clients.find(({ spec }) => spec.nodeName !== node)?.metadata.name ?? CLIENT;
  };
});
