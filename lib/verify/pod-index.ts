/** Finds what runs the pods that a selector selects, in time that grows with what is found and not with what there is. */
import { groupBy } from './group-by';
import { type Labels, type PodTemplateView, matches } from './manifest';

/** Something that runs pods. */
export interface RunsPods {
  readonly namespace: string;
  readonly template: PodTemplateView;
}

export class PodIndex<T extends RunsPods> {
  private readonly byLabel: ReadonlyMap<string, readonly { readonly workload: T }[]>;

  constructor(workloads: readonly T[]) {
    const labelled = workloads.flatMap((workload) =>
      Object.entries(workload.template.metadata?.labels ?? {}).map(([key, value]) => ({
        workload,
        label: labelOf(workload.namespace, key, value),
      })),
    );
    this.byLabel = groupBy(labelled, ({ label }) => label);
  }

  /** What runs pods of the namespace that have all labels of the selector; nothing if it has none. */
  selected(namespace: string, selector: Labels): readonly T[] {
    const candidates = Object.entries(selector).map(
      ([key, value]) => this.byLabel.get(labelOf(namespace, key, value)) ?? [],
    );
    const [fewest = []] = candidates.sort((a, b) => a.length - b.length);
    return fewest
      .map(({ workload }) => workload)
      .filter(({ template }) => matches(selector, template.metadata?.labels ?? {}));
  }
}

function labelOf(namespace: string, key: string, value: string): string {
  return `${namespace} ${key}=${value}`;
}
