/** Tells, without a cluster, what the API server of a Kubernetes release would refuse in a rendered manifest. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type DefinedError, type ValidateFunction } from 'ajv';

/** The oldest and the newest supported release. */
export const RELEASES = ['1.29', '1.37'] as const;

export type Release = (typeof RELEASES)[number];

/** Kinds that a group has only if it is told to, and that the oldest release does not have: from 1.30 on. */
const NEWER_KINDS = ['ValidatingAdmissionPolicy', 'ValidatingAdmissionPolicyBinding'];

interface SchemaFile {
  /** The name of the definition of each kind, by `APIVERSION KIND`. */
  readonly kinds: Readonly<Record<string, string>>;
  readonly $defs: Readonly<Record<string, object>>;
}

interface Schemas {
  readonly kinds: SchemaFile['kinds'];
  readonly ajv: Ajv;
}

const ROOT = 'kubernetes';
const LONGEST_VALUE = 80;

const loaded = new Map<Release, Schemas>();

/** The releases that have the kind. */
export function releasesWith(kind: string): readonly Release[] {
  return NEWER_KINDS.includes(kind) ? RELEASES.slice(1) : RELEASES;
}

/** All that `release` would refuse in `manifest`, one sentence each: `StatefulSet ns/db: /spec/replicas must be integer, not "3"`. */
export function schemaProblems(manifest: unknown, release: Release): string[] {
  if (!isObject(manifest)) return [`a manifest must be an object, not ${shown(manifest)}`];
  const subject = subjectOf(manifest);
  const validate = validatorFor(manifest, release);
  if (validate === undefined) {
    const { apiVersion, kind } = manifest;
    return [
      `${subject}: apiVersion ${shown(apiVersion)} has no kind ${shown(kind)} that is known for Kubernetes ${release}`,
    ];
  }
  validate(manifest);
  const errors = (validate.errors ?? []) as DefinedError[];
  return errors.map((error) => `${subject}: ${sentenceOf(error, release)}`);
}

function validatorFor(
  { apiVersion, kind }: Record<string, unknown>,
  release: Release,
): ValidateFunction | undefined {
  const { kinds, ajv } = schemasOf(release);
  const definition = kinds[`${String(apiVersion)} ${String(kind)}`];
  // Ajv compiles a definition when it is first asked for, and keeps it.
  return definition === undefined ? undefined : ajv.getSchema(`${ROOT}#/$defs/${definition}`);
}

function schemasOf(release: Release): Schemas {
  const known = loaded.get(release);
  if (known !== undefined) return known;
  const text = readFileSync(join(__dirname, 'schemas', `v${release}.json`), 'utf8');
  const { kinds, $defs } = JSON.parse(text) as SchemaFile;
  const ajv = new Ajv({
    strict: true,
    allowUnionTypes: true,
    allErrors: true,
    verbose: true,
    inlineRefs: false,
    // Each test file compiles them anew, and asks them a few times only.
    code: { optimize: false },
  });
  const schemas = { kinds, ajv: ajv.addSchema({ $id: ROOT, $defs }) };
  loaded.set(release, schemas);
  return schemas;
}

function subjectOf({ kind, metadata }: Record<string, unknown>): string {
  const { namespace, name } = isObject(metadata) ? metadata : {};
  const names = [namespace, name].filter((part) => typeof part === 'string');
  return `${typeof kind === 'string' ? kind : 'object'} ${names.join('/') || 'without a name'}`;
}

function sentenceOf(error: DefinedError, release: Release): string {
  const path = error.instancePath;
  switch (error.keyword) {
    case 'additionalProperties':
      return `${path}/${error.params.additionalProperty} is not a field of Kubernetes ${release}`;
    case 'required':
      return `${path}/${error.params.missingProperty} is missing`;
    default:
      return `${path} must be ${demandOf(error)}, not ${shown(error.data)}`;
  }
}

function demandOf(error: DefinedError): string {
  switch (error.keyword) {
    case 'type':
      return [error.params.type].flat().join(' or ');
    case 'enum':
      return `one of ${error.params.allowedValues.map(shown).join(', ')}`;
    case 'pattern':
      return String(error.parentSchema?.['title']);
    case 'minimum':
    case 'maximum':
      return `${error.params.comparison} ${error.params.limit}`;
    default:
      throw new Error(`no sentence for the rule ${error.keyword}: write one`);
  }
}

function shown(value: unknown): string {
  const text = value === undefined ? 'undefined' : JSON.stringify(value);
  return text.length > LONGEST_VALUE ? `${text.slice(0, LONGEST_VALUE)}…` : text;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
