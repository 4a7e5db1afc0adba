/** How many members a drain or an upgrade may take away at once. */
import { k8s } from 'cdk8s-plus-27';
import type { Construct } from 'constructs';
import { type Problem, broken, unless } from '../kube/problems';
import { Wave } from '../kube/sync';

/** The pods that a budget protects. */
export interface BudgetTarget {
  /** Name of the budget. */
  readonly name: string;

  /** Labels of the budget. */
  readonly labels: Record<string, string>;

  /** Labels by which it finds the pods. */
  readonly matchLabels: Record<string, string>;

  readonly replicas: number;
}

/** A PodDisruptionBudget, or the decision to have none. */
export class Budget {
  /** One member at a time. A single replica gets no budget: it would block every drain or none. */
  static oneAtATime(): Budget {
    return new Budget('maxUnavailable', 1, true);
  }

  /** At most `count` members away, the broken ones included. */
  static maxUnavailable(count: number): Budget {
    return new Budget('maxUnavailable', count);
  }

  /** At least `count` members left. It does not follow a change of replicas; prefer `maxUnavailable`. */
  static minAvailable(count: number): Budget {
    return new Budget('minAvailable', count);
  }

  /** No budget: a drain of two nodes may take all members at once. */
  static none(): Budget {
    return new Budget('none', 0);
  }

  private constructor(
    private readonly kind: 'maxUnavailable' | 'minAvailable' | 'none',
    private readonly count: number,
    private readonly onlyIfReplicated = false,
  ) {}

  /**
   * Problems with this many replicas: a budget that blocks every drain, or one that lets the majority go.
   * @param quorum whether a majority of the members must stay
   * @internal
   */
  problems(replicas: number, quorum: boolean): Problem[] {
    if (!this.appliesTo(replicas)) return [];
    const value = `${this.kind} ${this.count} of ${replicas}`;
    if (!Number.isInteger(this.count) || this.count < 0) {
      return broken(value, 'a budget is a whole number, not negative', 'set 1');
    }
    const evictable = this.evictable(replicas);
    const expendable = Math.floor((replicas - 1) / 2);
    if (evictable < 1) {
      const rule = 'a budget that lets nobody go blocks every drain and node upgrade';
      return broken(value, rule, 'use Budget.oneAtATime() with at least 2 replicas');
    }
    return unless(
      !quorum || evictable <= expendable,
      value,
      `of ${replicas} voting members at most ${expendable} may be away, or the majority is lost`,
      'use Budget.oneAtATime()',
    );
  }

  /**
   * Adds the PodDisruptionBudget to the scope, if there is to be one.
   * @internal
   */
  addTo(scope: Construct, target: BudgetTarget): void {
    const { name, labels, matchLabels, replicas } = target;
    if (!this.appliesTo(replicas)) return;
    new k8s.KubePodDisruptionBudget(scope, 'budget', {
      metadata: { name, labels, annotations: { ...Wave.configuration } },
      spec: {
        selector: { matchLabels },
        [this.kind]: k8s.IntOrString.fromNumber(this.count),
        // A member that is broken anyway must not hold up the drain that would replace it.
        unhealthyPodEvictionPolicy: 'AlwaysAllow',
      },
    });
  }

  private appliesTo(replicas: number): boolean {
    return this.kind !== 'none' && (replicas > 1 || !this.onlyIfReplicated);
  }

  private evictable(replicas: number): number {
    return this.kind === 'minAvailable' ? replicas - this.count : this.count;
  }
}
