/** Renders constructs to the plain JSON that will be applied, and finds objects in it. */
import { type Chart, Testing } from 'cdk8s';
import { App, StatefulStore, type StatefulStoreProps, SystemChart } from '../../lib';

export interface Rendered {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** An empty chart of namespace `ns`, with path `system`. */
export function newChart(): SystemChart {
  return new SystemChart(new App(), 'system', { namespace: 'ns' });
}

/** A chart's objects, without the `undefined`s that no file can hold. */
export function synth(chart: Chart): Rendered[] {
  return JSON.parse(JSON.stringify(Testing.synth(chart))) as Rendered[];
}

/** The objects that are built into an empty chart, with its namespace. */
export function synthOf(build: (chart: SystemChart) => void): Rendered[] {
  const chart = newChart();
  build(chart);
  return synth(chart);
}

/** The only object of this kind. */
export function one(objects: readonly Rendered[], kind: string): Rendered {
  const [found, ...others] = objects.filter((object) => object.kind === kind);
  if (found === undefined || others.length > 0) {
    throw new Error(`not one ${kind} among ${objects.map((object) => object.kind).join(', ')}`);
  }
  return found;
}

/** The least that a store needs; its pods are what all workloads share. */
export const STORE: StatefulStoreProps = { name: 'db', image: 'registry.example/db:1.0.0', replicas: 3 };

/** A store of three members in a chart of its own, at path `system/store`. */
export function storeWith(props: Partial<StatefulStoreProps>): StatefulStore {
  return new StatefulStore(newChart(), 'store', { ...STORE, ...props });
}

interface PodTemplate {
  readonly metadata: { readonly labels: object; readonly annotations?: object };
  readonly spec: Readonly<Record<string, unknown>> & {
    readonly containers: readonly [Readonly<Record<string, unknown>>];
    readonly initContainers?: readonly Readonly<Record<string, unknown>>[];
  };
}

/** The pod template of a store with these props. */
export function templateWith(props: Partial<StatefulStoreProps>): PodTemplate {
  const { spec } = one(
    synthOf((chart) => new StatefulStore(chart, 'store', { ...STORE, ...props })),
    'StatefulSet',
  );
  return (spec as { readonly template: PodTemplate }).template;
}

/** The main container of a store with these props. */
export function containerWith(props: Partial<StatefulStoreProps>): Readonly<Record<string, unknown>> {
  return templateWith(props).spec.containers[0];
}
