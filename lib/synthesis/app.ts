/** A cdk8s app that renders in linear time, with the bytes of stock cdk8s, and writes nothing if anything is wrong. */
import { Chart, Names, App as StockApp, Yaml, YamlOutputType } from 'cdk8s';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { check } from '../verify/check';
import { type Finding, describeFinding } from '../verify/finding';
import type { LocatedManifest, Manifest } from '../verify/manifest';
import { buildModel } from '../verify/model';
import type { Waiver } from '../verify/waivers';
import { type OrderedChart, type SynthesisOrder, synthesisOrder } from './order';
import { SynthesisError } from './synthesis-error';

/** One chart as a file. */
export interface RenderedFile {
  /** Where it belongs, relative to the app's `outdir`. */
  readonly path: string;

  /** YAML, one document for each object. */
  readonly content: string;

  /** The same objects, in the order of the documents. */
  readonly objects: readonly LocatedManifest[];
}

/**
 * Takes the place of `App` from cdk8s.
 *
 * Stock cdk8s validates the whole app and sorts all of it again for each chart; here this happens once. A chart that
 * overrides `toJson()` is still asked for its objects that way, at stock's price.
 *
 * With a `yamlOutputType` other than the default (a file for each chart), `synth()` is stock's.
 */
export class App extends StockApp {
  private readonly waivers: Waiver[] = [];

  /**
   * Lets one object break one rule of [docs/rules.md](../../docs/rules.md), for a reason. An object that you make
   * yourself can carry the waiver as an annotation instead.
   *
   * A waiver without a reason, or of a rule that there is not, fails the synthesis.
   */
  waive(waiver: Waiver): void {
    this.waivers.push(waiver);
  }

  /**
   * Renders a file for each chart, in the order in which they are to be applied. Writes no file.
   *
   * @throws SynthesisError with all that is wrong at once: failed validations, objects that do not render, faults across
   * objects
   */
  render(): readonly RenderedFile[] {
    return this.renderInOrder().files;
  }

  /** Renders all files, then writes them into `outdir`. */
  override synth(): void {
    if (this.yamlOutputType !== YamlOutputType.FILE_PER_CHART) {
      super.synth();
      return;
    }
    const { order, files } = this.renderInOrder();
    mkdirSync(this.outdir, { recursive: true });
    for (const { path, content } of files) writeFileSync(join(this.outdir, path), content);
    // Stock keeps this setting, which may come from the environment, in a private property.
    if (Reflect.get(this, 'recordConstructMetadata') === true) {
      writeFileSync(join(this.outdir, 'construct-metadata.json'), constructMetadata(order));
    }
  }

  private renderInOrder(): { readonly order: SynthesisOrder; readonly files: readonly RenderedFile[] } {
    const problems = new Problems();
    for (const { node } of this.node.findAll())
      problems.add(node.validate().map((message) => at(node.path, message)));
    const order = problems.attempt('', () => synthesisOrder(this)) ?? problems.fail();
    const charts = order.charts.map((ordered, index) => ({
      path: baseName(ordered.chart, order.hasDependentCharts ? index : undefined) + this.outputFileExtension,
      objects: renderObjects(ordered, problems),
    }));
    // Others would miss an object that does not render.
    if (!problems.haveFailures)
      problems.addFindings(check(buildModel(charts.flatMap(({ objects }) => objects)), this.waivers));
    if (!problems.areNone) problems.fail();
    return { order, files: charts.map(({ path, objects }) => ({ path, content: toYaml(objects), objects })) };
  }
}

/** Everything that is wrong with an app, found in several passes and thrown together. */
class Problems {
  private readonly messages: string[] = [];
  private readonly failures: unknown[] = [];
  private readonly findings: Finding[] = [];

  get areNone(): boolean {
    return this.messages.length === 0 && this.findings.length === 0;
  }

  /** Whether an attempt has failed. */
  get haveFailures(): boolean {
    return this.failures.length > 0;
  }

  add(messages: readonly string[]): void {
    for (const message of messages) this.messages.push(message);
  }

  /** Keeps the errors and prints the warnings. */
  addFindings(findings: readonly Finding[]): void {
    for (const finding of findings) {
      if (finding.severity === 'error') this.findings.push(finding);
      else process.stderr.write(`Warning: ${describeFinding(finding)}\n`);
    }
  }

  /** Does the action; if it throws, notes that and returns undefined. */
  attempt<T>(path: string, action: () => T): T | undefined {
    try {
      return action();
    } catch (error) {
      this.failures.push(error);
      this.messages.push(at(path, error instanceof Error ? error.message : String(error)));
      return undefined;
    }
  }

  /** Throws all of them in one error, whose cause is the first failed attempt. */
  fail(): never {
    throw new SynthesisError(this.messages, this.findings, this.failures[0]);
  }
}

function at(path: string, message: string): string {
  return path === '' ? message : `[${path}] ${message}`;
}

function baseName(chart: Chart, index: number | undefined): string {
  const name = Names.toDnsLabel(chart);
  return index === undefined ? name : `${String(index).padStart(4, '0')}-${name}`;
}

function renderObjects({ chart, objects }: OrderedChart, problems: Problems): LocatedManifest[] {
  const constructPath = chart.node.path;
  if (overridesToJson(chart)) {
    const render = (): Manifest[] => chart.toJson().map(toManifest);
    return (problems.attempt(constructPath, render) ?? []).map((manifest) => ({ constructPath, manifest }));
  }
  return objects.flatMap((object) => {
    const manifest = problems.attempt(object.node.path, () => toManifest(object.toJson()));
    return manifest === undefined ? [] : [{ constructPath: object.node.path, manifest }];
  });
}

function overridesToJson(chart: Chart): boolean {
  return Reflect.get(chart, 'toJson') !== Reflect.get(Chart.prototype, 'toJson');
}

function toManifest(rendered: unknown): Manifest {
  if (isManifest(rendered)) return rendered;
  throw new Error('The rendered object has no apiVersion, kind or metadata. Keep them when you patch it.');
}

function isManifest(rendered: unknown): rendered is Manifest {
  return (
    typeof rendered === 'object' &&
    rendered !== null &&
    'apiVersion' in rendered &&
    typeof rendered.apiVersion === 'string' &&
    'kind' in rendered &&
    typeof rendered.kind === 'string' &&
    'metadata' in rendered &&
    typeof rendered.metadata === 'object' &&
    rendered.metadata !== null
  );
}

function toYaml(objects: readonly LocatedManifest[]): string {
  return objects.map(({ manifest }) => Yaml.stringify(manifest)).join('---\n');
}

/** Where the objects of the app come from, by name, as the validation plugins of cdk8s-cli read it. */
function constructMetadata({ charts }: SynthesisOrder): string {
  const objects = charts.flatMap((ordered) => ordered.objects);
  const resources = Object.fromEntries(objects.map(({ name, node }) => [name, { path: node.path }]));
  return JSON.stringify({ version: '1.0.0', resources });
}
