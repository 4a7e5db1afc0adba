/**
 * Terms greater than the leader's own, found in a slice or on a pod.
 *
 * Each acquisition of the Lease has a greater term than those before, and a renewal succeeds for the holder only. So a
 * leader whose renewal was sent after it had found a greater term, and succeeded, knows that nobody leads in that one:
 * somebody edited it, or it was restored from a backup.
 */
export class ForeignTerms {
  private readonly foundAt = new Map<number, number>();
  private renewedAt = -Infinity;

  /** @param clock milliseconds, as the times of renewals are told */
  constructor(private readonly clock: () => number) {}

  /** Whether nobody leads in this term. One that is asked for the first time may be a successor's. */
  isRefuted(term: number): boolean {
    const foundAt = this.foundAt.get(term);
    if (foundAt === undefined) this.foundAt.set(term, this.clock());
    return foundAt !== undefined && this.renewedAt > foundAt;
  }

  /** A renewal that was sent then has succeeded. Returns whether it is the first to refute a term. */
  renewed(sentAt: number): boolean {
    const before = this.renewedAt;
    this.renewedAt = Math.max(before, sentAt);
    return [...this.foundAt.values()].some((foundAt) => foundAt >= before && foundAt < sentAt);
  }

  /** A lead begins, whose term may be greater than what was found. */
  forget(): void {
    this.foundAt.clear();
    this.renewedAt = -Infinity;
  }
}
