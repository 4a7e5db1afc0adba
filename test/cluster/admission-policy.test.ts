/** Groups that are elected under the admission policies. What these keep an account from: `admission-writes.test.ts`. */
import { renderSystem } from '../../bench/render';
import { deletePod } from '../../cluster/faults';
import { apply, exec, kubectl, list, logs } from '../../cluster/kubectl';
import { readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { ElectionTiming, LeaderRouting } from '../../lib';
import { useNamespace } from './support/namespace';
import { ECHO, MEMBERS, NAME, SERVICE, addGroup } from './support/policed-group';

/** What an elector says of writes that it may not make. */
const REFUSED = ['ApiRefused', 'RoutingFailed', 'LabellingFailed'];

/** Prints who answers at the address. */
const ASK = `
require('node:net').connect(${ECHO.port}, process.argv[1]).on('error', () => console.log('nobody')).pipe(process.stdout);
`;

interface Told {
  readonly reason: string;
  readonly involvedObject: { readonly name: string };
}

function hasLed({ reason, involvedObject }: Told, name: string): boolean {
  return reason === 'LeaderServing' && involvedObject.name === name;
}

describe.each(['slice', 'label'] as const)('A group under the policies, routed by %s', (routing) => {
  const namespace = useNamespace();

  const leader = async (): Promise<string> =>
    (await list('pod', namespace, 'role=master')).map(({ metadata }) => metadata.name).join();

  const answerTo = (client: string): Promise<string> =>
    exec({ namespace, pod: client, container: NAME }, 'node', '-e', ASK, `${SERVICE}.${namespace}`);

  /** The member that leads, once clients are led to it. */
  async function leading(former = ''): Promise<string> {
    const name = await eventually('one leads', {
      look: leader,
      until: (found) => MEMBERS.includes(found) && found !== former,
    });
    const [client = ''] = MEMBERS.filter((member) => member !== name);
    await eventually('clients are led to it', {
      look: () => answerTo(client),
      until: (answer) => answer === name,
    });
    return name;
  }

  it('elects a leader, leads clients to it, hands over when it is deleted, and tells of it', async () => {
    await apply(
      renderSystem(namespace, (chart) => {
        addGroup(chart, routing === 'label' ? { routing: LeaderRouting.label() } : {});
      }),
    );
    await readyPods(namespace, `app.kubernetes.io/instance=${NAME}`, 2);
    const first = await leading();

    await deletePod(namespace, first);
    await leading(first);

    const events = await eventually('both have told that they lead', {
      look: () => list('event', namespace),
      until: (seen) => MEMBERS.every((name) => seen.some((event) => hasLed(event, name))),
    });
    expect(events.filter(({ reason }) => REFUSED.includes(reason))).toEqual([]);
    await readyPods(namespace, `app.kubernetes.io/instance=${NAME}`, 2);
    for (const pod of MEMBERS) expect(await logs(namespace, pod, 'elector')).not.toContain('denied request');
  });
});

describe('A policy that does not fit its group any more', () => {
  const namespace = useNamespace();
  const policy = `${namespace}.${NAME}.writes`;
  const yaml = renderSystem(namespace, (chart) => {
    addGroup(chart, { election: ElectionTiming.fast });
  });
  const leads = async () =>
    (await list('event', namespace)).filter(({ reason }) => reason === 'LeaderServing').length;
  const labelled = async () => (await list('pod', namespace, 'role=master')).length;

  it('is named by the electors that it refuses, which lead again when it is mended', async () => {
    await apply(yaml);
    await eventually('one leads', { look: labelled, until: (count) => count === 1 });
    const misfit = [{ op: 'replace', path: '/spec/variables/1/expression', value: '"somebody"' }];
    await kubectl([
      'patch',
      'validatingadmissionpolicy',
      policy,
      '--type=json',
      '-p',
      JSON.stringify(misfit),
    ]);

    await eventually('an elector names it', {
      look: async () => (await Promise.all(MEMBERS.map((pod) => logs(namespace, pod, 'elector')))).join('\n'),
      until: (said) =>
        said.includes(`ValidatingAdmissionPolicy '${policy}' refuses it`) && said.includes('lost'),
    });

    const before = await leads();
    await apply(yaml);
    await eventually('one leads again', { look: leads, until: (count) => count > before });
    await eventually('one is labelled so', { look: labelled, until: (count) => count === 1 });
    expect(await leads()).toBe(before + 1);
  });
});
