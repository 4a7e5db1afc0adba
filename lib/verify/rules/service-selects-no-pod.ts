/** A Service that no pod stands behind: its clients are refused, and the cluster says nothing. */
import { RUNTIME_LABEL_ANNOTATION } from '../../kube/labels';
import type { Labels } from '../manifest';
import type { Model, Service } from '../model';
import type { Fault, Rule } from '../rule';

export const serviceSelectsNoPod: Rule = {
  id: 'service-selects-no-pod',
  severity: 'error',
  title: 'A Service selects no pod of the app',
  remedy: 'Correct spec.selector, or leave it out if something else writes the endpoints',
  check: servicesWithoutPods,
};

function servicesWithoutPods({ services, pods }: Model): Fault[] {
  return services.flatMap((service) => {
    const selector = fixedSelector(service);
    if (Object.keys(selector).length === 0) return [];
    if (pods.selected(service.namespace, selector).length > 0) return [];
    return [{ object: service, message: `selects no pod of this app: ${JSON.stringify(selector)}` }];
  });
}

/** The labels that the pods must have in their template, without the one that is set while they run. */
function fixedSelector({ manifest, selector }: Service): Labels {
  const runtimeLabel = manifest.metadata.annotations?.[RUNTIME_LABEL_ANNOTATION];
  return Object.fromEntries(Object.entries(selector).filter(([key]) => key !== runtimeLabel));
}
