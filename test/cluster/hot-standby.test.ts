/** A service that runs on all members, of which one is promoted at a time. */
import { Size } from 'cdk8s';
import { renderSystem } from '../../bench/render';
import { RUNTIME_IMAGE } from '../../cluster/images';
import { apply, exec, get, kubectl, list } from '../../cluster/kubectl';
import { readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { AppCheck, ClaimTemplate, ContainerSecurity, LeaderElectedService, Standby } from '../../lib';
import { IMAGE, UNHURRIED } from './support/memcache';
import { useNamespace } from './support/namespace';
import { refuseOverlaps, runsIn } from './support/witness';

const NAME = 'app';
const LABEL = `app.kubernetes.io/instance=${NAME}`;
const MEMBERS = [`${NAME}-0`, `${NAME}-1`, `${NAME}-2`];
const http = { name: 'http', port: 8080 };

/** Answers who it is and in which term it leads; keeps in files from when to when it led, and when it ended, for which it takes 3 s. */
const PROGRAM = `
const { readFileSync, renameSync, writeFileSync } = require('node:fs');
const { HOSTNAME } = process.env;
const uptime = () => readFileSync('/proc/uptime', 'utf8').split(' ')[0];
let lead;
const trace = () => {
  if (!lead) return;
  writeFileSync('/trace/.new', [lead.since, uptime(), HOSTNAME, lead.term].join(' ') + '\\n');
  renameSync('/trace/.new', '/trace/' + lead.since);
};
const hooks = {
  '/promote': ({ term }) => { if (lead?.term !== term) lead = { term, since: uptime() }; },
  '/demote': () => { trace(); lead = undefined; },
};
const serve = (orders, ...where) => require('node:http').createServer((request, response) => {
  let body = '';
  request.on('data', (data) => (body += data));
  request.on('end', () => {
    orders[request.url]?.(JSON.parse(body || '{}'));
    response.end(HOSTNAME + ' ' + (lead?.term ?? 'follows'));
  });
}).listen(...where);
serve({ '/crash': () => process.exit(1) }, 8080);
serve(hooks, 8081, '127.0.0.1');
setInterval(trace, 50);
process.on('exit', () => writeFileSync('/trace/.end', uptime()));
process.on('SIGTERM', () => setTimeout(() => process.exit(0), 3000));
`;

const ASK = `
fetch(process.argv[1]).then((answer) => answer.text()).then(console.log, () => console.log('nobody'));
`;

const SIGTERM = "process.kill(1, 'SIGTERM')";

describe('A group of hot standbys', () => {
  const namespace = useNamespace();

  beforeAll(async () => {
    await apply(
      renderSystem(namespace, (chart) => {
        new LeaderElectedService(chart, NAME, {
          name: NAME,
          replicas: MEMBERS.length,
          image: IMAGE,
          command: ['node', '-e', PROGRAM],
          ports: [http],
          // As root, since disks of nodes heed no `fsGroup`.
          security: ContainerSecurity.root(),
          resources: { requests: { cpu: '10m', memory: '32Mi' } },
          electorResources: { requests: { cpu: '10m', memory: '32Mi' } },
          mounts: [{ volume: new ClaimTemplate('trace', { size: Size.mebibytes(16) }), path: '/trace' }],
          runtimeImage: RUNTIME_IMAGE,
          election: UNHURRIED,
          standby: Standby.hot({
            check: AppCheck.http(http),
            onPromote: { port: 8081, path: '/promote' },
            onDemote: { port: 8081, path: '/demote' },
          }),
          leaderService: { name: `${NAME}-leader`, ports: [{ name: 'http', port: 80, target: http }] },
        });
      }),
    );
  });

  const leadersIn = async (): Promise<readonly string[]> =>
    (await list('pod', namespace, `${LABEL},role=master`)).map(({ metadata }) => metadata.name);

  /** The one that is labelled, when all members are ready and the Service leads to it and no follower. */
  async function settled(): Promise<string> {
    await readyPods(namespace, LABEL, MEMBERS.length);
    const [leader = ''] = await eventually('the Service leads to the one that is promoted and labelled', {
      look: async () => [...(await leadersIn()), ...(await answer()).split(' ')],
      until: (seen) => seen.length === 3 && seen[0] === seen[1] && /^\d+$/.test(seen[2] ?? ''),
    });
    return leader;
  }

  const answer = async (): Promise<string> => {
    const url = `http://${NAME}-leader.${namespace}/`;
    // From a member that nothing is done to: any of them that runs.
    for (const pod of MEMBERS) {
      const said = await exec({ namespace, pod, container: NAME }, 'node', '-e', ASK, url).catch(() => '');
      if (said !== '') return said.trim();
    }
    return 'nobody';
  };

  const transitions = async (): Promise<number> =>
    (await get('lease', NAME, namespace)).spec.leaseTransitions ?? 0;

  async function runs() {
    const traces = await Promise.all(
      MEMBERS.map((pod) =>
        exec({ namespace, pod, container: NAME }, 'sh', '-c', 'cat /trace/* 2>/dev/null || true'),
      ),
    );
    return traces.flatMap(runsIn).sort((a, b) => a.start - b.start);
  }

  /** Waits until another member leads. */
  async function successorOf(former: string): Promise<string> {
    await eventually('another member leads', {
      look: leadersIn,
      until: ([leader, ...others]) => leader !== undefined && leader !== former && others.length === 0,
    });
    return settled();
  }

  it('has one that is promoted, to which the Service leads', async () => {
    await settled();

    expect(await runs()).toHaveLength(1);
  });

  it('goes on under the same leader when its elector ends and comes back', async () => {
    const leader = await settled();
    const before = await transitions();
    const restarts = async () =>
      (await get('pod', leader, namespace)).status.initContainerStatuses?.[0]?.restartCount ?? 0;
    const renewed = async () => (await get('lease', NAME, namespace)).spec.renewTime;

    await exec({ namespace, pod: leader, container: 'elector' }, 'node', '-e', SIGTERM);
    await eventually('the elector is back', { look: restarts, until: (count) => count > 0 });
    const last = await renewed();
    await eventually('the Lease is renewed', { look: renewed, until: (time) => time !== last });

    expect(await settled()).toBe(leader);
    expect(await transitions()).toBe(before);
    expect(await runs()).toHaveLength(1);
  });

  it('demotes one whose pod is deleted, and promotes another before the first has ended', async () => {
    const leader = await settled();
    await kubectl(['delete', 'pod', leader, '-n', namespace, '--wait=false']);

    expect(await successorOf(leader)).not.toBe(leader);
    refuseOverlaps(await runs());
    const end = Number(await exec({ namespace, pod: leader, container: NAME }, 'cat', '/trace/.end'));
    expect((await runs()).at(-1)?.start).toBeLessThan(end);
  });

  it('promotes another when the application dies', async () => {
    const leader = await settled();
    await exec(
      { namespace, pod: leader, container: NAME },
      'node',
      '-e',
      ASK,
      'http://127.0.0.1:8080/crash',
    ).catch(() => {
      // The container, and this command with it, may end first.
    });

    expect(await successorOf(leader)).not.toBe(leader);
    refuseOverlaps(await runs());
  });
});
