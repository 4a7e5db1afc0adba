/** What becomes of a master while the API server restarts. */
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { renderSystem } from '../../bench/render';
import { apply, get, tryKubectl } from '../../cluster/kubectl';
import { master, metaPods } from '../../cluster/memcache/members';
import { readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { UNHURRIED, addClients, addMeta, answeredBy, lastingLogs } from './support/memcache';
import { useNamespace } from './support/namespace';
import { answersTo, runsOf } from './support/witness';

const MEMBERS = ['meta-service-pod-0', 'meta-service-pod-1'];
const CLIENT = 'local-service-pod-0';

/** A program that restarts it. Undefined where nothing can. */
const command = process.env['TEST_RESTART_API_SERVER'] ?? '';
const describeWithCommand = command === '' ? describe.skip : describe;
const condition =
  command === '' ? ' (SKIPPED: needs TEST_RESTART_API_SERVER, which restarts the API server)' : '';

const answersNow = async (): Promise<boolean> =>
  (await tryKubectl(['get', '--raw', '/readyz', '--request-timeout=2s'])).status === 0;

async function restartApiServer(): Promise<void> {
  await promisify(execFile)(command);
  for (const wanted of [false, true])
    await eventually(`the API server ${wanted ? 'answers' : 'is away'}`, {
      look: answersNow,
      until: (answers) => answers === wanted,
    });
}

describeWithCommand(`While the API server restarts, a master${condition}`, () => {
  const namespace = useNamespace();
  const leaseOf = async () => (await get('lease', 'lease-memcache', namespace)).spec;

  it('goes on serving, and renews its Lease afterwards', async () => {
    await apply(
      renderSystem(namespace, (chart) => {
        addClients(chart, addMeta(chart, { ...lastingLogs, election: UNHURRIED }));
      }),
    );
    await metaPods(namespace);
    await readyPods(namespace, 'app=local-service', 2);
    const leader = await master(namespace);
    await answeredBy(namespace, CLIENT, leader);
    const seen = async () => ({
      runs: (await runsOf(namespace, MEMBERS)).map(({ pod, start }) => ({ pod, start })),
      answers: await answersTo(namespace, CLIENT),
      transitions: (await leaseOf()).leaseTransitions,
    });
    const before = await seen();

    await restartApiServer();
    const { renewTime } = await leaseOf();
    await eventually('the Lease is renewed', {
      look: leaseOf,
      until: (lease) => lease.renewTime !== renewTime,
    });

    expect(await master(namespace)).toBe(leader);
    expect(await seen()).toEqual(before);
  });
});
