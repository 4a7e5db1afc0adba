/** Every rule. Findings come in this order. */
import type { Rule } from '../rule';
import { duplicateObject } from './duplicate-object';
import { hostPortClash } from './host-port-clash';
import { serviceSelectsNoPod } from './service-selects-no-pod';
import { workloadsSharePods } from './workloads-share-pods';

export const RULES: readonly Rule[] = [
  duplicateObject,
  serviceSelectsNoPod,
  workloadsSharePods,
  hostPortClash,
];
