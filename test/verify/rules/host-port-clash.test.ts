/** Where two workloads may meet on a node, and what keeps them apart. */
import type { PodSpecView } from '../../../lib/verify';
import { told, waiverCases, workload } from '../../support/manifests';

const RULE = 'host-port-clash';

/** What a pod with this port on its node looks like. */
function onNode(containerPort: number, more: Partial<PodSpecView> = {}): Partial<PodSpecView> {
  return { hostNetwork: true, containers: [{ name: 'c', ports: [{ containerPort }] }], ...more };
}

describe('two workloads on one port of a node', () => {
  function clashes(
    a: Partial<PodSpecView>,
    b: Partial<PodSpecView>,
    namespaces = ['ns', 'ns'],
  ): readonly string[] {
    return told(RULE, [
      workload({ name: 'a', pod: a, namespace: namespaces[0] ?? '' }),
      workload({ name: 'b', pod: b, namespace: namespaces[1] ?? '' }),
    ]);
  }

  const hostPort = (port: number, protocol?: string): Partial<PodSpecView> => ({
    containers: [
      {
        name: 'c',
        ports: [{ containerPort: 1, hostPort: port, ...(protocol !== undefined && { protocol }) }],
      },
    ],
  });

  function awayFrom(app: string, topologyKey = 'kubernetes.io/hostname'): Partial<PodSpecView> {
    const term = { topologyKey, labelSelector: { matchLabels: { app } } };
    return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
  }

  it('are found, with both constructs, the port and the protocol', () => {
    expect(clashes(onNode(8080), onNode(8080))).toEqual([
      '[app/b] StatefulSet ns/b takes port 8080/TCP of its node, as app/a does, and both may run on one node. ' +
        'Change a port, or keep them apart with nodeSelector. [host-port-clash]',
    ]);
  });

  it.each<[string, Partial<PodSpecView>, Partial<PodSpecView>]>([
    ['a host port without the network of the host', hostPort(80), hostPort(80)],
    ['a host port and the network of the host', hostPort(80), onNode(80)],
    ['a protocol that one leaves to the default', hostPort(80), hostPort(80, 'TCP')],
    ['an init container', onNode(80), { hostNetwork: true, initContainers: onNode(80).containers ?? [] }],
    [
      'the same nodes',
      onNode(80, { nodeSelector: { disk: 'ssd' } }),
      onNode(80, { nodeSelector: { disk: 'ssd' } }),
    ],
    [
      'nodes by labels that do not exclude each other',
      onNode(80, { nodeSelector: { a: '1' } }),
      onNode(80, { nodeSelector: { b: '1' } }),
    ],
    ['nodes that only one of them chooses', onNode(80, { nodeSelector: { a: '1' } }), onNode(80)],
    ['distance from something else', onNode(80, awayFrom('c')), onNode(80)],
    [
      'distance over zones, which a node may lack',
      onNode(80, awayFrom('b', 'topology.kubernetes.io/zone')),
      onNode(80),
    ],
  ])('are found with %s', (_, a, b) => {
    expect(clashes(a, b)).toEqual([expect.stringMatching(/takes port 80\/TCP of its node, as app\/a does/)]);
  });

  it.each<[string, Partial<PodSpecView>, Partial<PodSpecView>]>([
    ['other ports', onNode(80), onNode(81)],
    ['other protocols', hostPort(53, 'TCP'), hostPort(53, 'UDP')],
    [
      'ports of their pods only',
      { ...onNode(80), hostNetwork: false },
      { ...onNode(80), hostNetwork: false },
    ],
    ['a port of one node and of one pod', onNode(80), { containers: onNode(80).containers ?? [] }],
    ['a host port of none', hostPort(0), hostPort(0)],
    [
      'other nodes',
      onNode(80, { nodeSelector: { disk: 'ssd', a: '1' } }),
      onNode(80, { nodeSelector: { disk: 'hdd' } }),
    ],
    ['distance that the first keeps', onNode(80, awayFrom('b')), onNode(80)],
    ['distance that the second keeps', onNode(80), onNode(80, awayFrom('a'))],
  ])('are not found with %s', (_, a, b) => {
    expect(clashes(a, b)).toEqual([]);
  });

  it('are found across namespaces, where distance by labels does not count', () => {
    expect(clashes(onNode(80), onNode(80), ['x', 'y'])).toHaveLength(1);
    expect(clashes(onNode(80, awayFrom('b')), onNode(80), ['x', 'y'])).toHaveLength(1);
  });

  it('are found once for each port and pair', () => {
    const pod = onNode(0, {
      containers: [{ name: 'c', ports: [{ containerPort: 80 }, { containerPort: 443 }] }],
      initContainers: [{ name: 'i', ports: [{ containerPort: 80 }] }],
    });
    const problems = told(
      RULE,
      ['a', 'b', 'c'].map((name) => workload({ name, pod })),
    );

    expect(
      problems.map((text) => text.replace(/^\[app\/(.)\].*port (\d+).*as app\/(.) .*$/, '$1 $3 $2')).sort(),
    ).toEqual(['b a 443', 'b a 80', 'c a 443', 'c a 80', 'c b 443', 'c b 80']);
  });

  it('are two: one workload that lists a port twice clashes with nothing', () => {
    const twice = onNode(80, { initContainers: onNode(80).containers ?? [] });

    expect(told(RULE, [workload({ name: 'a', pod: twice })])).toEqual([]);
  });

  const claimants = ['a', 'b'].map((name) => workload({ name, pod: onNode(80) }));

  it.each(waiverCases(RULE, claimants))('%s', (_, found, expected) => {
    expect(found).toEqual(expected);
  });
});
