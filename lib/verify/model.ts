/**
 * The objects of an app as rules read them, each kind with a type of its own: built once, in linear time.
 *
 * A rule that reads another kind brings its interface and a function like `toService` here.
 */
import {
  type LabelSelector,
  type Labels,
  type LocatedManifest,
  type Manifest,
  below,
  labelsOf,
  podTemplateOf,
} from './manifest';
import { PodIndex, type RunsPods } from './pod-index';

export interface Model {
  /** Every object, in the order of the manifests; all that there is of a kind which no rule reads. */
  readonly objects: readonly KubernetesObject[];

  readonly services: readonly Service[];

  /** What runs pods. */
  readonly workloads: readonly Workload[];

  /** The workloads by the labels of their pods. */
  readonly pods: PodIndex<Workload>;
}

export interface KubernetesObject extends LocatedManifest {
  /** Empty if the object has none. */
  readonly namespace: string;
}

export interface Service extends KubernetesObject {
  /** Empty if something else writes the endpoints. */
  readonly selector: Labels;
}

export type Workload = Pod | CronJob | Controller;

/** A pod that nothing makes: its template is itself. */
export interface Pod extends KubernetesObject, RunsPods {
  readonly type: 'Pod';
}

/** The template is that of its jobs' pods, which it does not select. */
export interface CronJob extends KubernetesObject, RunsPods {
  readonly type: 'CronJob';
}

/** Makes pods and knows them by their labels: a StatefulSet, Deployment, DaemonSet, Job, or something like a Rollout. */
export interface Controller extends KubernetesObject, RunsPods {
  readonly type: 'Controller';
  readonly selector: LabelSelector;
}

export function buildModel(manifests: readonly LocatedManifest[]): Model {
  const objects = manifests.map(({ constructPath, manifest }) => ({
    constructPath,
    manifest,
    namespace: manifest.metadata.namespace ?? '',
  }));
  const workloads = objects.flatMap(toWorkload);
  return { objects, services: objects.flatMap(toService), workloads, pods: new PodIndex(workloads) };
}

function toService(object: KubernetesObject): Service[] {
  const { apiVersion, kind, spec } = object.manifest;
  if (kind !== 'Service' || groupOf(apiVersion) !== '') return [];
  return [{ ...object, selector: labelsOf(below(spec, 'selector')) ?? {} }];
}

function toWorkload(object: KubernetesObject): Workload[] {
  const { manifest } = object;
  const template = podTemplateOf(manifest);
  if (template === undefined) return [];
  const { kind } = manifest;
  if (kind === 'Pod' || kind === 'CronJob') return [{ ...object, type: kind, template }];
  return [{ ...object, type: 'Controller', template, selector: selectorOf(manifest) }];
}

function selectorOf({ spec }: Manifest): LabelSelector {
  const matchLabels = labelsOf(below(spec, 'selector', 'matchLabels'));
  const matchExpressions = below(spec, 'selector', 'matchExpressions');
  return {
    ...(matchLabels && { matchLabels }),
    ...(Array.isArray(matchExpressions) && { matchExpressions }),
  };
}

/** The API group, which is the same for all its versions; empty for the core of Kubernetes. */
export function groupOf(apiVersion: string): string {
  const [group = '', version] = apiVersion.split('/');
  return version === undefined ? '' : group;
}
