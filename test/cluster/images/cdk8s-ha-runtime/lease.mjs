/** The Lease: who holds it, and taking, renewing and releasing it. */
import { call, pathOf } from './api.mjs';
import { uptime } from './uptime.mjs';

const GROUP = 'coordination.k8s.io/v1';

/** Creates the Lease if there is none; one that exists is not touched. */
export async function ensureLease(name, durationMs, spec = {}) {
  const lease = {
    apiVersion: GROUP,
    kind: 'Lease',
    metadata: { name },
    spec: { leaseDurationSeconds: durationMs / 1000, ...spec },
  };
  await call('POST', pathOf(GROUP, 'leases'), lease).catch((error) => {
    if (!error.message.includes(': 409 ')) throw error;
  });
}

/** One candidate. `first`: it may take a Lease that does not exist at once; the others let it go ahead. */
export class Candidate {
  #seen = { version: '', since: uptime() };

  constructor({ name, durationMs, identity, first }) {
    Object.assign(this, { name, durationMs, identity, first });
  }

  /** Takes or renews the Lease if it may. Resolves to the term held, or to undefined. */
  async turn() {
    const lease = await this.#get();
    if (lease === undefined && (this.first || this.#isStale('absent'))) return this.#create();
    if (lease === undefined) return undefined;
    const { holderIdentity = '', leaseTransitions = 0 } = lease.spec;
    if (holderIdentity === this.identity) return this.#put(lease, {});
    if (holderIdentity !== '' && !this.#isStale(lease.metadata.resourceVersion)) return undefined;
    return this.#put(lease, { ...this.#acquired(), leaseTransitions: leaseTransitions + 1 });
  }

  async release() {
    const lease = await this.#get();
    if (lease?.spec.holderIdentity === this.identity) await this.#put(lease, { holderIdentity: '' });
  }

  #get() {
    return call('GET', pathOf(GROUP, 'leases', this.name));
  }

  /** Whether it was the same for a whole duration, on this candidate's own clock. */
  #isStale(version) {
    if (this.#seen.version !== version) this.#seen = { version, since: uptime() };
    return uptime() - this.#seen.since > this.durationMs / 10;
  }

  async #create() {
    await ensureLease(this.name, this.durationMs, {
      ...this.#acquired(),
      renewTime: now(),
      leaseTransitions: 0,
    });
    return this.turn();
  }

  #acquired() {
    return { holderIdentity: this.identity, acquireTime: now() };
  }

  /** Guarded by the resource version: of two candidates one succeeds. */
  async #put(lease, changes) {
    const spec = { ...lease.spec, renewTime: now(), ...changes };
    const { spec: written } = await call('PUT', pathOf(GROUP, 'leases', this.name), { ...lease, spec });
    // Terms begin with 1.
    return written.leaseTransitions + 1;
  }
}

/** As Kubernetes writes times with microseconds. */
function now() {
  return new Date().toISOString().replace('Z', '000Z');
}
