/** The images that cluster tests and benchmarks run: no registry has them, `images/prepare` says how they are built. */
export const RUNTIME_IMAGE = 'registry.example/cdk8s-ha-runtime:0.1.0';

/** The releases of MemCache itself that are run, one of each line. */
export const REAL_RELEASES = ['1.1.6', '1.2.1', '1.3.0'] as const;
export type RealRelease = (typeof REAL_RELEASES)[number];

export function realImage(release: RealRelease): string {
  return `registry.example/memcache:${release}`;
}
