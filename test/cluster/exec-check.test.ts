/** An application that only a command of its own knows to be ready. */
import { Duration } from 'cdk8s';
import { renderSystem } from '../../bench/render';
import { RUNTIME_IMAGE } from '../../cluster/images';
import { apply, exec, list } from '../../cluster/kubectl';
import { eventually } from '../../cluster/wait';
import { AppCheck, ElectionTiming, LeaderElectedService, PodVolume, Standby } from '../../lib';
import { IMAGE, security } from './support/memcache';
import { useNamespace } from './support/namespace';

const NAME = 'app';
const READY = '/tmp/ready';
const echo = { name: 'echo', port: 7000 };

/** Listens from the beginning. */
const PROGRAM = `require('node:net').createServer((socket) => socket.end('hello')).listen(7000);`;

describe('A group whose leader is asked by a command', () => {
  const namespace = useNamespace();

  const leader = async (): Promise<string> =>
    (await list('pod', namespace, 'role=master')).map(({ metadata }) => metadata.name).join();

  const run = (pod: string, ...command: readonly string[]) =>
    exec({ namespace, pod, container: NAME }, ...command);

  /** Those where the application runs. */
  async function started(): Promise<readonly string[]> {
    const pods = [`${NAME}-0`, `${NAME}-1`];
    const commands = await Promise.all(
      pods.map((pod) => run(pod, 'sh', '-c', 'cat /proc/[0-9]*/comm 2>/dev/null; true').catch(() => '')),
    );
    return pods.filter((_, index) => commands[index]?.split('\n').includes('node'));
  }

  it('leads clients to it once the command succeeds, and to another when it does not any more', async () => {
    await apply(
      renderSystem(namespace, (chart) => {
        new LeaderElectedService(chart, NAME, {
          name: NAME,
          replicas: 2,
          image: IMAGE,
          command: ['node', '-e', PROGRAM],
          ports: [echo],
          security,
          resources: { requests: { cpu: '10m', memory: '32Mi' } },
          electorResources: { requests: { cpu: '10m', memory: '32Mi' } },
          mounts: [{ volume: PodVolume.emptyDir('tmp'), path: '/tmp' }],
          runtimeImage: RUNTIME_IMAGE,
          election: ElectionTiming.fast,
          standby: Standby.cold({
            check: AppCheck.exec(['test', '-e', READY]),
            startTimeout: Duration.seconds(90),
          }),
          leaderService: { name: `${NAME}-leader`, ports: [{ name: 'echo', port: 7000, target: echo }] },
        });
      }),
    );
    const [first = ''] = await eventually('the application runs on one', {
      look: started,
      until: ({ length }) => length === 1,
    });

    expect(await leader()).toBe('');
    await run(first, 'touch', READY);
    expect(await eventually('it leads', { look: leader, until: (name) => name !== '' })).toBe(first);

    await run(first, 'rm', READY);
    const [second = ''] = await eventually('it is replaced', {
      look: started,
      until: (pods) => pods.length === 1 && pods[0] !== first,
    });
    await run(second, 'touch', READY);
    expect(await eventually('the other leads', { look: leader, until: (name) => name === second })).toBe(
      second,
    );
  });
});
