/** Manifests with no more in them than rules read, and what the rules find among them. */
import {
  type Labels,
  type LocatedManifest,
  type Manifest,
  type PodSpecView,
  type Waiver,
  buildModel,
  check,
  describeFinding,
} from '../../lib/verify';

export interface Located {
  readonly name: string;
  readonly namespace?: string;
}

export interface WorkloadProps extends Located {
  readonly kind?: string;
  readonly labels?: Labels;
  readonly selector?: Labels;
  readonly pod?: Partial<PodSpecView>;
}

export interface ServiceProps extends Located {
  readonly selector?: Labels;
  readonly annotations?: Labels;
}

/** An object of the construct `app/NAME`. */
export function located(
  { name, namespace = 'ns' }: Located,
  manifest: Omit<Manifest, 'metadata'>,
): LocatedManifest {
  return { constructPath: `app/${name}`, manifest: { ...manifest, metadata: { name, namespace } } };
}

/** A StatefulSet, unless it is another kind, whose pods have a label of its name and are selected by it. */
export function workload({
  kind = 'StatefulSet',
  labels,
  selector,
  pod,
  ...place
}: WorkloadProps): LocatedManifest {
  const own = { app: place.name };
  return located(place, {
    apiVersion: 'apps/v1',
    kind,
    spec: {
      selector: { matchLabels: selector ?? own },
      template: { metadata: { labels: labels ?? own }, spec: { containers: [], ...pod } },
    },
  });
}

export function service({ selector, annotations = {}, ...place }: ServiceProps): LocatedManifest {
  const spec = { ...(selector && { selector }) };
  return annotated(located(place, { apiVersion: 'v1', kind: 'Service', spec }), annotations);
}

export function annotated(
  { constructPath, manifest }: LocatedManifest,
  annotations: Labels,
): LocatedManifest {
  return { constructPath, manifest: { ...manifest, metadata: { ...manifest.metadata, annotations } } };
}

/** What one rule finds, as it is told. */
export function told(rule: string, objects: readonly LocatedManifest[]): string[] {
  return check(buildModel(objects))
    .filter((finding) => finding.rule === rule)
    .map(describeFinding);
}

/** Ids of the rules that find something. */
export function idsOf(objects: readonly LocatedManifest[], waivers: readonly Waiver[] = []): string[] {
  return check(buildModel(objects), waivers).map(({ rule }) => rule);
}

/**
 * What waivers do to a rule that finds one fault among the objects, and nothing else does: what is tried, the ids of the
 * rules that still find something, and those that should.
 */
export function waiverCases(
  rule: string,
  objects: readonly LocatedManifest[],
): [string, readonly string[], readonly string[]][] {
  const [finding] = check(buildModel(objects));
  const path = finding?.constructPath ?? '';
  const withAnnotation = (reason: string) =>
    objects.map((object) =>
      object.constructPath === path ? annotated(object, { [`cdk8s-ha/waive-${rule}`]: reason }) : object,
    );
  const unreasoned = [rule, 'waiver-without-reason'];
  return [
    ['is found without a waiver', idsOf(objects), [rule]],
    ['is waived by its object with a reason', idsOf(withAnnotation('it never runs')), []],
    ['is found in spite of a waiver of its object without a reason', idsOf(withAnnotation(' ')), unreasoned],
    ['is waived by the App with a reason', idsOf(objects, [{ rule, path, reason: 'it never runs' }]), []],
    [
      'is found in spite of a waiver of the App without a reason',
      idsOf(objects, [{ rule, path, reason: '' }]),
      unreasoned,
    ],
    [
      'is found in spite of a waiver for the construct above',
      idsOf(objects, [{ rule, path: 'app', reason: 'it never runs' }]),
      [rule],
    ],
  ];
}
