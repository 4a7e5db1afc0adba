/** Tests of keeping pods apart: every combination over nodes and zones, by either means. */
import type { Strictness } from '../../lib';
import { resolveSpread, toPlacement } from '../../lib/workload/spread';
import { templateWith } from '../support/stores';

const HOST = 'kubernetes.io/hostname';
const ZONE = 'topology.kubernetes.io/zone';
const matchLabels = { 'app.kubernetes.io/name': 'db', 'app.kubernetes.io/instance': 'db' };
const labelSelector = { matchLabels };

type Combination = readonly [host: Strictness, zone: Strictness];

const COMBINATIONS: readonly Combination[] = (['required', 'preferred', 'none'] as const).flatMap((host) =>
  (['required', 'preferred', 'none'] as const).map((zone): Combination => [host, zone]),
);

/** What a level asks for as a constraint, with several replicas. */
function constraints(topologyKey: string, strictness: Strictness): object[] {
  const common = { maxSkew: 1, topologyKey, labelSelector };
  return {
    required: [{ ...common, whenUnsatisfiable: 'DoNotSchedule', minDomains: 2 }],
    preferred: [{ ...common, whenUnsatisfiable: 'ScheduleAnyway' }],
    none: [],
  }[strictness];
}

describe('topology spread', () => {
  it.each(COMBINATIONS)('is %s over nodes and %s over zones', (host, zone) => {
    const expected = [...constraints(HOST, host), ...constraints(ZONE, zone)];
    const { spec } = templateWith({ spread: { host, zone, by: 'topologySpread' } });

    expect(spec['topologySpreadConstraints']).toEqual(expected.length > 0 ? expected : undefined);
    expect(spec).not.toHaveProperty('affinity');
  });

  it('is required over nodes and preferred over zones, if nothing is said', () => {
    const { spec } = templateWith({});

    expect(spec).toHaveProperty('topologySpreadConstraints', [
      ...constraints(HOST, 'required'),
      ...constraints(ZONE, 'preferred'),
    ]);
    expect(templateWith({ spread: {} }).spec).toEqual(spec);
  });

  it.each([1, undefined])('asks for no second node when there are %p replicas', (replicas) => {
    const { topologySpreadConstraints } = toPlacement(
      resolveSpread({ zone: 'required' }),
      matchLabels,
      replicas,
    );

    expect(topologySpreadConstraints).toHaveLength(2);
    expect(topologySpreadConstraints?.filter((constraint) => 'minDomains' in constraint)).toEqual([]);
  });

  it('asks for a second node when there are two replicas', () => {
    expect(toPlacement(resolveSpread({}), matchLabels, 2).topologySpreadConstraints?.[0]).toHaveProperty(
      'minDomains',
      2,
    );
  });

  it('finds the pods by the selector of their workload', () => {
    const { spec } = templateWith({ selector: { app: 'db' }, podLabels: { tier: 'data' } });

    expect(spec).toHaveProperty('topologySpreadConstraints.0.labelSelector', { matchLabels: { app: 'db' } });
  });
});

describe('anti-affinity', () => {
  it.each(COMBINATIONS)('is %s over nodes and %s over zones', (host, zone) => {
    const levels = [
      { topologyKey: HOST, strictness: host, weight: 50 },
      { topologyKey: ZONE, strictness: zone, weight: 100 },
    ];
    const required = levels
      .filter(({ strictness }) => strictness === 'required')
      .map(({ topologyKey }) => ({ topologyKey, labelSelector }));
    const preferred = levels
      .filter(({ strictness }) => strictness === 'preferred')
      .map(({ topologyKey, weight }) => ({ weight, podAffinityTerm: { topologyKey, labelSelector } }));
    const podAntiAffinity = {
      ...(required.length > 0 && { requiredDuringSchedulingIgnoredDuringExecution: required }),
      ...(preferred.length > 0 && { preferredDuringSchedulingIgnoredDuringExecution: preferred }),
    };
    const { spec } = templateWith({ spread: { host, zone, by: 'antiAffinity' } });

    expect(spec['affinity']).toEqual(
      required.length + preferred.length > 0 ? { podAntiAffinity } : undefined,
    );
    expect(spec).not.toHaveProperty('topologySpreadConstraints');
  });

  it('is required over nodes and preferred over zones, if nothing else is said', () => {
    expect(templateWith({ spread: { by: 'antiAffinity' } })).toEqual(
      templateWith({ spread: { by: 'antiAffinity', host: 'required', zone: 'preferred' } }),
    );
  });

  it('stands beside what the node must be like', () => {
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: {
        nodeSelectorTerms: [{ matchExpressions: [{ key: 'disk', operator: 'In', values: ['ssd'] }] }],
      },
    };
    const { spec } = templateWith({ nodeAffinity, spread: { zone: 'none', by: 'antiAffinity' } });

    expect(spec).toHaveProperty('affinity', {
      nodeAffinity,
      podAntiAffinity: {
        requiredDuringSchedulingIgnoredDuringExecution: [{ topologyKey: HOST, labelSelector }],
      },
    });
    expect(templateWith({ nodeAffinity }).spec).toHaveProperty('affinity', { nodeAffinity });
  });
});
