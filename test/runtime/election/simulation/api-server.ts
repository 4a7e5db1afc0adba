/** The API server's side of the Lease. */
import type { Answer, Claim } from '../../../../runtime/election/events';
import type { LeaseRecord, Settings } from '../../../../runtime/election/state';

export class ApiServer {
  lease: LeaseRecord | undefined;
  readonly watchers = new Set<(record: LeaseRecord | undefined) => void>();
  private version = 100;

  /** What backups have kept: the Lease as it was at the beginning and the end of each lead. */
  private readonly backups: Omit<LeaseRecord, 'version'>[] = [];

  write(record: Omit<LeaseRecord, 'version'>): LeaseRecord {
    this.version += 1 + (this.version % 3);
    if (record.holder !== this.lease?.holder || record.acquired !== this.lease.acquired)
      this.backups.push(record);
    this.lease = { ...record, version: this.version };
    this.tell();
    return this.lease;
  }

  /** Somebody brings back what it was so many changes of the lead ago. */
  restore(back: number): void {
    const record = this.backups.at(-1 - back);
    if (record) this.write(record);
  }

  delete(): void {
    this.version += 1;
    this.lease = undefined;
    this.tell();
  }

  /** What a POST without a holder does. */
  ensure(duration: number): Answer {
    if (this.lease) return 'refused';
    return this.write({ holder: '', acquired: '', renewed: '', duration, transitions: 0, released: false });
  }

  /** What PUT and POST do. */
  claim(
    { base, duration, counted, transitions, acquired }: Claim,
    { identity: holder, timing, failsafe }: Settings,
  ): Answer {
    if (base.version !== this.lease?.version) return 'refused';
    return this.write({
      holder,
      acquired,
      renewed: this.time,
      duration,
      counted,
      configured: timing.leaseDuration,
      transitions,
      released: false,
      ...(failsafe && { failsafe }),
    });
  }

  /** What a holder's PATCH with tests does. */
  patch(expected: Partial<LeaseRecord>, changes: Partial<LeaseRecord>): Answer {
    const { holder, acquired } = this.lease ?? {};
    if (holder !== expected.holder || acquired !== (expected.acquired ?? acquired)) return 'refused';
    if (!this.lease) return 'refused';
    return this.write({ ...this.lease, ...changes, renewed: this.time });
  }

  /** No two are the same. */
  private get time(): string {
    return `after ${this.version}`;
  }

  private tell(): void {
    for (const watcher of this.watchers) watcher(this.lease);
  }
}
