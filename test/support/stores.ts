/** The least store, whose pods are what all workloads share, and what becomes of its props. */
import { StatefulStore, type StatefulStoreProps } from '../../lib';
import { type ContainerView, type Rendering, type TemplateView, chart, rendered } from './workloads';

/** The least that a store needs. */
export const STORE: StatefulStoreProps = { name: 'db', image: 'registry.example/db:1.0.0', replicas: 3 };

/** A store in a chart of its own, at path `system/store`. */
export function storeWith(props: Partial<StatefulStoreProps>): StatefulStore {
  return new StatefulStore(chart(), 'store', { ...STORE, ...props });
}

/** What a store with these props renders. */
export function renderedWith(props: Partial<StatefulStoreProps>): Rendering {
  return rendered((scope) => new StatefulStore(scope, 'store', { ...STORE, ...props }));
}

/** The pod template of a store with these props. */
export function templateWith(props: Partial<StatefulStoreProps>): TemplateView {
  return renderedWith(props).pod;
}

/** The main container of a store with these props. */
export function containerWith(props: Partial<StatefulStoreProps>): ContainerView {
  const [main] = templateWith(props).spec.containers;
  return main;
}
