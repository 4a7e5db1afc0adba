/** Pod Security: each namespace's level admits its pods, and the next stricter one refuses those that need it. */
import { Size } from 'cdk8s';
import { renderFile } from '../../bench/render';
import { apply, kubectl, tryKubectl } from '../../cluster/kubectl';
import { eventually } from '../../cluster/wait';
import { environments } from '../../config';
import {
  AscendNpu,
  ContainerSecurity,
  Hugepages,
  LocalClientFleet,
  LogTarget,
  MetaServiceHA,
  type SystemChart,
  Transport,
} from '../../lib';
import { type Manifest, podTemplateOf } from '../../lib/verify/manifest';
import { podSecurityNeed } from '../../lib/verify/pod-security';
import { renderEnvironment } from '../support/environments';
import { allowsPrivileged, unlessPrivileged } from './support/capabilities';
import { useNamespace } from './support/namespace';

const LEVELS = ['restricted', 'baseline', 'privileged'] as const;
type Level = (typeof LEVELS)[number];

const namespaces: Readonly<Record<Level, string>> = {
  restricted: useNamespace(),
  baseline: useNamespace(),
  privileged: useNamespace(),
};

const image = 'registry.example/memcache:1.0.0';
const runtimeImage = 'registry.example/cdk8s-ha-runtime:0.1.0';
const transport = Transport.hostTcp();
const npu = AscendNpu.hostDevices({ count: 1 });
const withMeta = (chart: SystemChart) => new MetaServiceHA(chart, 'meta', { image, runtimeImage });

/** A chart for each thing that decides the level. */
const systems: Readonly<Record<string, (chart: SystemChart) => void>> = {
  'the defaults': (chart) => {
    new LocalClientFleet(chart, 'clients', { meta: withMeta(chart), image, transport });
  },
  'clients on every node, with a device plugin and huge pages': (chart) => {
    new LocalClientFleet(chart, 'clients', {
      meta: withMeta(chart),
      image,
      placement: 'every-node',
      transport: Transport.deviceRdma(),
      npu: AscendNpu.devicePlugin({ resource: 'huawei.com/Ascend910', count: 1 }),
      hugepages: Hugepages.of2Mi(Size.mebibytes(64)),
      settings: { dramSize: Size.gibibytes(1) },
    });
  },
  'an image that needs root': (chart) => {
    new MetaServiceHA(chart, 'meta', { image, runtimeImage, security: ContainerSecurity.root() });
  },
  'the host network': (chart) => {
    new MetaServiceHA(chart, 'meta', { image, runtimeImage, hostNetwork: true });
  },
  'logs on the node': (chart) => {
    new MetaServiceHA(chart, 'meta', { image, runtimeImage, logs: LogTarget.hostPath() });
  },
  'NPUs of the host': (chart) => {
    new MetaServiceHA(chart, 'meta', { image, runtimeImage, npu });
  },
  'shared memory of the host': (chart) => {
    new LocalClientFleet(chart, 'clients', { meta: withMeta(chart), image, transport: Transport.hostShm() });
  },
  'RDMA handed out by a device plugin': (chart) => {
    const rdma = Transport.hostRdma({ resource: { name: 'rdma/hca' } });
    new LocalClientFleet(chart, 'clients', { meta: withMeta(chart), image, transport: rdma });
  },
  'RDMA devices of the host': (chart) => {
    new LocalClientFleet(chart, 'clients', { meta: withMeta(chart), image, transport: Transport.hostRdma() });
  },
};

interface Case {
  readonly system: string;
  readonly pods: string;
  readonly level: Level;
  readonly namespaceLevel: string | undefined;
  readonly template: NonNullable<ReturnType<typeof podTemplateOf>>;
  readonly isPrivileged: boolean;
}

function casesOf(system: string, manifests: readonly Manifest[]): Case[] {
  const { metadata } = manifests.find(({ kind }) => kind === 'Namespace') ?? {};
  const namespaceLevel = metadata?.labels?.['pod-security.kubernetes.io/enforce'];
  return manifests.flatMap((manifest) => {
    const template = podTemplateOf(manifest);
    if (template === undefined) return [];
    const { level } = podSecurityNeed(template);
    const isPrivileged = template.spec.containers.some(({ securityContext }) => securityContext?.privileged);
    return [{ system, pods: manifest.metadata.name, level, namespaceLevel, template, isPrivileged }];
  });
}

const cases = [
  ...environments.map(
    (environment) => [`environment ${environment.name}`, renderEnvironment(environment)[0]] as const,
  ),
  ...Object.entries(systems).map(([name, build]) => [name, renderFile('ns', build)] as const),
].flatMap(([name, file]) => casesOf(name, file?.objects.map(({ manifest }) => manifest) ?? []));

function enforcing(level: Level): string {
  const label = `pod-security.kubernetes.io/enforce: ${level}`;
  const account = `{ apiVersion: v1, kind: ServiceAccount, metadata: { name: account-memcache, namespace: ${namespaces[level]} } }`;
  return `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${namespaces[level]}, labels: { ${label} } }\n---\n${account}\n`;
}

/** Asks the API server for the pod, without making it; what it says against it. */
async function refusalOf({ template }: Case, level: Level): Promise<string> {
  const metadata = { ...template.metadata, name: 'pod', namespace: namespaces[level] };
  const pod = JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata, spec: template.spec });
  return (await tryKubectl(['create', '--dry-run=server', '-f', '-'], pod)).stderr;
}

beforeAll(async () => {
  for (const level of LEVELS) {
    await apply(enforcing(level));
    // Without it no pod is admitted anywhere.
    await eventually('the default account is there', {
      look: () => kubectl(['get', 'serviceaccount', 'default', '-n', namespaces[level], '-o', 'name']),
      until: (found) => found !== '',
    });
  }
});

const ordinary = cases.filter(({ isPrivileged }) => !isPrivileged);
const privileged = cases.filter(({ isPrivileged }) => isPrivileged);
const describeIfAllowed = allowsPrivileged ? describe : describe.skip;

describe.each(ordinary)('$system: the pods of $pods', (pods) => {
  itFits(pods);
});
describeIfAllowed.each(privileged)(`$system: the pods of $pods${unlessPrivileged}`, (pods) => {
  itFits(pods);
});

function itFits(pods: Case): void {
  it(`are admitted by ${pods.namespaceLevel ?? 'no level'}, which their namespace enforces`, async () => {
    const enforced = LEVELS.find((level) => level === pods.namespaceLevel) ?? 'restricted';

    expect(await refusalOf(pods, enforced)).toBe('');
  });

  const stricter = LEVELS[LEVELS.indexOf(pods.level) - 1];
  it(`need ${pods.level}${stricter === undefined ? '' : `, as ${stricter} refuses them`}`, async () => {
    const asked = stricter === undefined ? [] : [await refusalOf(pods, stricter)];

    expect(await refusalOf(pods, pods.level)).toBe('');
    expect(asked.every((said) => said.includes(`violates PodSecurity "${stricter ?? ''}:latest"`))).toBe(
      true,
    );
  });
}

it.each([...new Set(cases.map(({ system }) => system))])(
  '%s: the namespace admits no more than it must',
  (name) => {
    const own = cases.filter(({ system }) => system === name);
    const needed = [...LEVELS].reverse().find((level) => own.some((pods) => pods.level === level));

    expect(own.map(({ namespaceLevel }) => namespaceLevel)).toEqual(own.map(() => needed));
  },
);

it('All levels are tried', () => {
  expect(new Set(cases.map(({ level }) => level))).toEqual(new Set(LEVELS));
});
