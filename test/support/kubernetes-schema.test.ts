/** Tests of the schema check: what it lets through, and that each way to be wrong is named with its place. */
import fc from 'fast-check';
import { RELEASES, type Release, schemaProblems } from './kubernetes-schema';

type Json = Readonly<Record<string, unknown>>;

const metadata = { namespace: 'ns', name: 'db' };
const labels = { app: 'db' };

function pod(container: Json = {}, spec: Json = {}): Json {
  return { containers: [{ name: 'db', image: 'db:1', ...container }], ...spec };
}

function namespaced(apiVersion: string, kind: string, body: Json): Json {
  return { apiVersion, kind, metadata, ...body };
}

function statefulSet(podSpec: Json = pod(), spec: Json = {}): Json {
  const template = { metadata: { labels }, spec: podSpec };
  const whole = { serviceName: 'db', selector: { matchLabels: labels }, template, ...spec };
  return namespaced('apps/v1', 'StatefulSet', { spec: whole });
}

function service(spec: Json): Json {
  return namespaced('v1', 'Service', { spec });
}

function claim(storage: unknown): Json {
  const spec = { accessModes: ['ReadWriteOnce'], resources: { requests: { storage } } };
  return namespaced('v1', 'PersistentVolumeClaim', { spec });
}

function lease(renewTime: unknown): Json {
  return namespaced('coordination.k8s.io/v1', 'Lease', { spec: { renewTime } });
}

function secret(password: string): Json {
  return namespaced('v1', 'Secret', { data: { password } });
}

function networkPolicy(spec: Json): Json {
  return namespaced('networking.k8s.io/v1', 'NetworkPolicy', { spec: { podSelector: {}, ...spec } });
}

const budget = namespaced('policy/v1', 'PodDisruptionBudget', {
  spec: { maxUnavailable: 1, selector: { matchLabels: labels }, unhealthyPodEvictionPolicy: 'AlwaysAllow' },
});

const cpuTarget = { name: 'cpu', target: { type: 'Utilization', averageUtilization: 80 } };
const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'db' };
const autoscaler = namespaced('autoscaling/v2', 'HorizontalPodAutoscaler', {
  spec: { scaleTargetRef, maxReplicas: 3, metrics: [{ type: 'Resource', resource: cpuTarget }] },
});

const job = { template: { spec: pod({}, { restartPolicy: 'OnFailure' }) } };
const cronJob = namespaced('batch/v1', 'CronJob', {
  spec: { schedule: '0 3 * * *', concurrencyPolicy: 'Forbid', jobTemplate: { spec: job } },
});

const role = namespaced('rbac.authorization.k8s.io/v1', 'Role', {
  rules: [{ apiGroups: ['coordination.k8s.io'], resources: ['leases'], verbs: ['get', 'update'] }],
});

const storageClass = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'nfs' },
  provisioner: 'example.com/nfs',
  reclaimPolicy: 'Retain',
  parameters: { archiveOnDelete: 'true' },
};

const sidecar = { name: 'elector', image: 'ha:1', restartPolicy: 'Always' };
const emptyHostPathType = { name: 'v', hostPath: { path: '/v', type: '' } };

function inEachRelease<T extends Json>(cases: readonly T[]): (T & { readonly release: Release })[] {
  return RELEASES.flatMap((release) => cases.map((example) => ({ ...example, release })));
}

describe('what passes', () => {
  it.each(
    inEachRelease([
      { what: 'a StatefulSet', manifest: statefulSet() },
      { what: 'a headless Service', manifest: service({ clusterIP: 'None', ports: [{ port: 1 }] }) },
      { what: 'a PersistentVolumeClaim', manifest: claim('10Gi') },
      { what: 'a PodDisruptionBudget', manifest: budget },
      { what: 'a HorizontalPodAutoscaler', manifest: autoscaler },
      { what: 'a NetworkPolicy', manifest: networkPolicy({ ingress: [{ ports: [{ port: 'db' }] }] }) },
      { what: 'a CronJob', manifest: cronJob },
      { what: 'a Role', manifest: role },
      { what: 'a StorageClass', manifest: storageClass },
      { what: 'a Secret with base64 data', manifest: secret('c2VjcmV0') },
      { what: 'a Lease with a time in microseconds', manifest: lease('2030-01-31T12:00:00.000000Z') },
      { what: 'a Lease whose time is null', manifest: lease(null) },
      { what: 'the empty host path type', manifest: statefulSet(pod({}, { volumes: [emptyHostPathType] })) },
      { what: 'a native sidecar', manifest: statefulSet(pod({}, { initContainers: [sidecar] })) },
    ]),
  )('$what passes in $release', ({ manifest, release }) => {
    expect(schemaProblems(manifest, release)).toEqual([]);
  });
});

describe('what fails', () => {
  it.each(
    inEachRelease([
      {
        what: 'an unknown field at the top',
        manifest: { ...statefulSet(), sepc: {} },
        problem: /^StatefulSet ns\/db: \/sepc is not a field of Kubernetes 1\.(29|37)$/,
      },
      {
        what: 'an unknown field deep inside',
        manifest: statefulSet(pod(), { updateStrategy: { rollingUpdate: { partitions: 1 } } }),
        problem: /^StatefulSet ns\/db: \/spec\/updateStrategy\/rollingUpdate\/partitions is not a field/,
      },
      {
        what: 'an unknown field in an array',
        manifest: statefulSet(pod({ readinesProbe: {} })),
        problem: /: \/spec\/template\/spec\/containers\/0\/readinesProbe is not a field/,
      },
      {
        what: 'an unknown metadata field',
        manifest: { ...budget, metadata: { ...metadata, lables: {} } },
        problem: /: \/metadata\/lables is not a field/,
      },
      {
        what: 'a text for a number',
        manifest: statefulSet(pod(), { replicas: '3' }),
        problem: /^StatefulSet ns\/db: \/spec\/replicas must be integer, not "3"$/,
      },
      {
        what: 'a number for an environment value',
        manifest: statefulSet(pod({ env: [{ name: 'A', value: 1 }] })),
        problem: /\/env\/0\/value must be string, not 1$/,
      },
      {
        what: 'a fraction for a port that may have a name',
        manifest: service({ ports: [{ port: 1, targetPort: 1.5 }] }),
        problem: /: \/spec\/ports\/0\/targetPort must be integer or string, not 1\.5$/,
      },
      {
        what: 'a number that needs more than 32 bits',
        manifest: statefulSet(pod(), { replicas: 2 ** 31 }),
        problem: /: \/spec\/replicas must be <= 2147483647, not 2147483648$/,
      },
      {
        what: 'a value that got lost on the way',
        manifest: statefulSet(pod(), { replicas: null }),
        problem: /: \/spec\/replicas must be integer, not null$/,
      },
      {
        what: 'a missing field',
        manifest: statefulSet(pod(), { template: undefined }),
        problem: /^StatefulSet ns\/db: \/spec\/template is missing$/,
      },
      {
        what: 'a value outside a fixed set',
        manifest: statefulSet(pod(), { podManagementPolicy: 'parallel' }),
        problem: /: \/spec\/podManagementPolicy must be one of "OrderedReady", "Parallel", not "parallel"$/,
      },
      {
        what: 'a listed value outside a fixed set',
        manifest: networkPolicy({ policyTypes: ['Ingress', 'Engress'] }),
        problem:
          /^NetworkPolicy ns\/db: \/spec\/policyTypes\/1 must be one of "Ingress", "Egress", not "Engress"$/,
      },
      {
        what: 'a malformed quantity',
        manifest: claim('10 GB'),
        problem: /\/requests\/storage must be a quantity such as 500m or 10Gi, not "10 GB"$/,
      },
      {
        what: 'a secret that is not base64',
        manifest: secret('secret!'),
        problem: /^Secret ns\/db: \/data\/password must be base64, not "secret!"$/,
      },
      {
        what: 'a time without a date',
        manifest: lease('12:00:00Z'),
        problem: /^Lease ns\/db: \/spec\/renewTime must be a time such as .*, not "12:00:00Z"$/,
      },
      {
        what: 'an unknown kind',
        manifest: { apiVersion: 'apps/v1', kind: 'StatefulSets', metadata },
        problem: /^StatefulSets ns\/db: apiVersion "apps\/v1" has no kind "StatefulSets" that is known/,
      },
      {
        what: 'a kind of another API version',
        manifest: { ...budget, apiVersion: 'policy/v1beta1' },
        problem:
          /^PodDisruptionBudget ns\/db: apiVersion "policy\/v1beta1" has no kind "PodDisruptionBudget"/,
      },
      {
        what: 'a manifest without a kind',
        manifest: { apiVersion: 'v1' },
        problem: /^object without a name: apiVersion "v1" has no kind undefined that is known/,
      },
      { what: 'a list for a manifest', manifest: [budget], problem: /^a manifest must be an object, not \[/ },
    ]),
  )('$what fails in $release, once', ({ manifest, problem, release }) => {
    expect(schemaProblems(manifest, release)).toEqual([expect.stringMatching(problem)]);
  });

  it('names a cluster-wide object without a namespace', () => {
    expect(schemaProblems({ ...storageClass, reclaimPolicy: 'Recycle' }, '1.37')).toEqual([
      'StorageClass nfs: /reclaimPolicy must be one of "Retain", "Delete", not "Recycle"',
    ]);
  });

  it('reports all problems of a manifest at once', () => {
    const spec = { replicas: '3', podManagementPolicy: 'Serial', minReadySecs: 1 };
    expect(schemaProblems(statefulSet(pod(), spec), '1.29')).toHaveLength(3);
  });
});

describe('what differs between the releases', () => {
  it.each([
    {
      field: '/spec/trafficDistribution',
      manifest: service({ ports: [{ port: 1 }], trafficDistribution: 'PreferClose' }),
    },
    {
      field: '/spec/template/spec/hostnameOverride',
      manifest: statefulSet(pod({}, { hostnameOverride: 'db' })),
    },
    {
      field: '/spec/template/spec/containers/0/lifecycle/stopSignal',
      manifest: statefulSet(pod({ lifecycle: { stopSignal: 'SIGTERM' } })),
    },
  ])('$field is not a field of 1.29 and passes in 1.37', ({ field, manifest }) => {
    expect(schemaProblems(manifest, '1.29')).toEqual([
      expect.stringContaining(`${field} is not a field of Kubernetes 1.29`),
    ]);
    expect(schemaProblems(manifest, '1.37')).toEqual([]);
  });

  it('a restart policy of a container other than Always passes in 1.37 only', () => {
    const manifest = statefulSet(pod({ restartPolicy: 'OnFailure' }));
    expect(schemaProblems(manifest, '1.29')).toEqual([
      'StatefulSet ns/db: /spec/template/spec/containers/0/restartPolicy must be one of "Always", not "OnFailure"',
    ]);
    expect(schemaProblems(manifest, '1.37')).toEqual([]);
  });

  it('a StatefulSet without serviceName passes in 1.37 only', () => {
    const manifest = statefulSet(pod(), { serviceName: undefined });
    expect(schemaProblems(manifest, '1.29')).toEqual(['StatefulSet ns/db: /spec/serviceName is missing']);
    expect(schemaProblems(manifest, '1.37')).toEqual([]);
  });
});

describe('quantities', () => {
  const amount = fc.oneof(
    fc.nat().map(String),
    fc.tuple(fc.nat(), fc.nat()).map(([whole, fraction]) => `${whole}.${fraction}`),
    fc.nat().map((fraction) => `.${fraction}`),
    fc.nat().map((whole) => `${whole}.`),
  );
  const suffix = fc.constantFrom(
    '',
    'n',
    'u',
    'm',
    'k',
    'M',
    'G',
    'T',
    'P',
    'E',
    'Ki',
    'Mi',
    'Gi',
    'Ti',
    'Pi',
    'Ei',
    'e3',
    'E-2',
  );

  it('every number with a suffix that Kubernetes knows passes', () => {
    fc.assert(
      fc.property(amount, suffix, (number, unit) => {
        expect(schemaProblems(claim(`${number}${unit}`), '1.29')).toEqual([]);
      }),
    );
  });

  it('a plain number passes', () => {
    expect(schemaProblems(claim(1e9), '1.29')).toEqual([]);
  });

  it.each(['', 'Gi', '.', '1.2.3', '1GB', '1gi', '1K', '1mi', ' 1', '1 Gi', '1e', '1,5', 'ten', '0x10'])(
    'the text "%s" fails',
    (text) => {
      expect(schemaProblems(claim(text), '1.29')).toHaveLength(1);
    },
  );
});
