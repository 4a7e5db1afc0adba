/** Fields that Kubernetes gained after 1.27, which the typed 1.27 objects drop while they serialize. */
import { type ApiObject, JsonPatch } from 'cdk8s';

export interface NewerField {
  /** JSON pointer of the field in the rendered object. */
  readonly path: string;

  /** What to put there. */
  readonly value: string | number | boolean;
}

/**
 * Sets fields on the object after its own serializer has run. (`addJsonPatch` is applied before the serializer, which
 * then drops what it does not know.) The parent of each path must exist in the rendered object.
 */
export function addNewerFields(object: ApiObject, fields: readonly NewerField[]): void {
  const render = object.toJson.bind(object);
  const patches = fields.map(({ path, value }) => JsonPatch.add(path, value));
  object.toJson = (): unknown => JsonPatch.apply(render(), ...patches);
}
