/**
 * Checks of rendered manifests, wherever they come from: `check(buildModel(manifests))`. Imports no cdk8s and no construct,
 * so that it works where there are only manifests.
 */
export { check } from './check';
export { type Finding, type Severity, describeFinding } from './finding';
export type {
  ContainerView,
  LabelSelector,
  Labels,
  LocatedManifest,
  Manifest,
  PodSpecView,
  PodTemplateView,
} from './manifest';
export {
  type Controller,
  type CronJob,
  type KubernetesObject,
  type Model,
  type Pod,
  type Service,
  type Workload,
  buildModel,
} from './model';
export type { Fault, Rule, RuleText } from './rule';
export { RULES } from './rules';
export type { Waiver } from './waivers';
