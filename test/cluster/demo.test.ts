/** The reference topology on nodes that have what it needs of Ascend hosts, and on nodes that do not. */
import { Size } from 'cdk8s';
import { renderSystem } from '../../bench/render';
import { faults } from '../../cluster/faults';
import { apply, exec, get, kubectl, list } from '../../cluster/kubectl';
import { master, metaPods } from '../../cluster/memcache/members';
import { isReady, readyPods } from '../../cluster/pods';
import { eventually } from '../../cluster/wait';
import { demo } from '../../config/demo';
import { Hugepages } from '../../lib';
import { renderEnvironment } from '../support/environments';
import { allowsPrivileged, hugepages, nodes } from './support/capabilities';
import { describeWithFaults, unlessFaults } from './support/describe-with-faults';
import { addClients, addMeta } from './support/memcache';
import { useNamespace } from './support/namespace';

const DEVICES = [
  ...Array.from({ length: 8 }, (_, index) => `/dev/davinci${index}`),
  '/dev/davinci_manager',
  '/dev/devmm_svm',
  '/dev/hisi_hdc',
];
const WANTED_PAGES = 2 * 2 ** 30;
const hasPages = hugepages >= WANTED_PAGES;
const INTERFACE = 'eth1';
const CLIENT = 'local-service-pod-0';
const CLIENT_ADDRESS = '192.0.2.1';

/** Makes everything on the nodes that the demo asks for; without `except`. */
const EQUIP = `
for device in ${DEVICES.join(' ')}; do [ -e $device ] || mknod $device c 1 3; done
mkdir -p /usr/local/Ascend/driver /usr/local/Ascend/firmware
touch /usr/local/bin/npu-smi
ip link show ${INTERFACE} >/dev/null 2>&1 || ip link add ${INTERFACE} type bridge
ip link set ${INTERFACE} up
ip addr replace ${CLIENT_ADDRESS}/32 dev ${INTERFACE}
`;
const STRIP = `
rm -rf ${DEVICES.join(' ')} /usr/local/Ascend /usr/local/bin/npu-smi /var/log/memcache
ip link delete ${INTERFACE} 2>/dev/null || true
`;

const onAllNodes = (script: string) =>
  Promise.all(nodes.map(({ metadata }) => faults().exec(metadata.name, 'sh', '-c', script)));

/** The demo as in dist/, but for what this cluster cannot have. */
function demoHere(): string {
  const text = renderEnvironment(demo)
    .map(({ content }) => content)
    .join('---\n');
  const allowed = allowsPrivileged ? text : text.replaceAll('privileged: true', 'privileged: false');
  return hasPages
    ? allowed
    : allowed
        .replaceAll('hugepages-2Mi: 2Gi', 'ephemeral-storage: 1Mi')
        .replaceAll('medium: HugePages-2Mi', 'medium: ""');
}

const adapted = [
  ...(allowsPrivileged ? [] : ['its clients not privileged, as the API server forbids it']),
  ...(hasPages ? [] : ['no huge pages, as the nodes have none']),
];
const difference = adapted.length === 0 ? '' : ` (but ${adapted.join('; ')})`;

describeWithFaults(`The demo${difference}${unlessFaults}`, () => {
  const namespace = useNamespace('ns-memcache');

  afterAll(() => onAllNodes(STRIP));

  const eventsOf = async (pod: string): Promise<string> =>
    await kubectl(['events', '-n', namespace, '--for', `pod/${pod}`, '--types=Warning']);

  it('says which device is missing, starts when they are there, and keeps its logs on the node', async () => {
    await onAllNodes(STRIP);
    await onAllNodes(EQUIP.replace('/dev/hisi_hdc', ''));
    await apply(demoHere());
    const said = await eventually('an event names the device', {
      look: () => eventsOf('meta-service-pod-0'),
      until: (events) => events.includes('hisi_hdc'),
    });
    expect(said).toMatch(/FailedMount.*"hisi-hdc".*\/dev\/hisi_hdc is not a character device/);

    await onAllNodes(EQUIP);
    // The kubelet tries a failed mount again only after a while; a new pod at once.
    await kubectl(['delete', 'pods', '--all', '-n', namespace, '--grace-period=1']);
    await metaPods(namespace);
    await readyPods(namespace, 'app=local-service', 2);
    const leader = await master(namespace);

    const { spec, status } = await get('pod', leader, namespace);
    const inLeader = { namespace, pod: leader, container: 'meta-service' };
    const config = await exec(inLeader, 'cat', '/home/meta/config/mmc-meta.conf');
    expect(config).toContain(`ock.mmc.meta_service_url = tcp://${status.podIP ?? 'none'}:5123\n`);
    expect(
      (await exec(inLeader, 'sh', '-c', `ls -d ${DEVICES.join(' ')}`)).trim().split('\n').sort(),
    ).toEqual([...DEVICES].sort());

    const log = await faults().exec(
      spec.nodeName ?? '',
      'cat',
      `/var/log/memcache/${leader}/logs/mmc-meta.log`,
    );
    expect(log).toMatch(new RegExp(`serve ${leader} term \\d+\n$`));

    const answer = await exec({ namespace, pod: CLIENT }, 'mmc_local_client', '--once');
    expect(answer).toMatch(new RegExp(`^meta: ${leader} \\d+, config: ${leader} \\d+\n$`));
    const local = await exec({ namespace, pod: CLIENT }, 'cat', '/home/meta/config/mmc-local.conf');
    expect(local).toContain(`ock.mmc.local_service.hcom_url = tcp://${CLIENT_ADDRESS}:7000\n`);
    expect((await list('pod', namespace)).every(isReady)).toBe(true);
  });
});

const describeWithPages = hasPages ? describe : describe.skip;
const unlessPages = hasPages ? '' : ' (SKIPPED: the nodes have fewer)';

describeWithPages(`A client on nodes with 2 GiB of huge pages${unlessPages}`, () => {
  const namespace = useNamespace();

  it('has them', async () => {
    await apply(withPages(namespace));
    await readyPods(namespace, 'app=local-service', 1);

    const mounts = await exec({ namespace, pod: CLIENT }, 'cat', '/proc/mounts');
    expect(mounts).toMatch(/ \/hugepages-2Mi hugetlbfs .*pagesize=2M/);
  });
});

describe('A client on nodes with too few huge pages', () => {
  const namespace = useNamespace();

  it('stays pending, and its events say so', async () => {
    await apply(withPages(namespace, Size.tebibytes(1)));

    const said = await eventually('an event says what is missing', {
      look: () => kubectl(['events', '-n', namespace, '--for', `pod/${CLIENT}`]),
      until: (events) => events.includes('FailedScheduling'),
    });
    expect(said).toContain('Insufficient hugepages-2Mi');
  });
});

function withPages(namespace: string, amount = Size.gibibytes(2)): string {
  return renderSystem(namespace, (chart) => {
    addClients(chart, addMeta(chart), { replicas: 1, hugepages: Hugepages.of2Mi(amount) });
  });
}
