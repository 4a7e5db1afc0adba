/**
 * The order in which charts and their objects are written: the one of stock cdk8s, found in linear time.
 *
 * Stock cdk8s adds an edge for each pair of objects of two dependent constructs, and builds the graph of the whole app
 * again for each chart. Here the objects of a construct are one shared step of the walk (`ObjectGroup`), so m objects
 * that depend on n others cost m + n steps and not m × n. The app is read only.
 */
import { ApiObject, Chart } from 'cdk8s';
import type { IConstruct } from 'constructs';

/** A chart with the objects of its file; those of charts nested in it have files of their own. */
export interface OrderedChart {
  readonly chart: Chart;
  readonly objects: readonly ApiObject[];
}

export interface SynthesisOrder {
  readonly charts: readonly OrderedChart[];

  /** Whether a chart depends on another or contains one, so that the order of the files matters. */
  readonly hasDependentCharts: boolean;
}

/**
 * Sorts the charts of an app, and the objects of each chart, so that what others depend on comes first.
 *
 * @throws if constructs depend on each other in a circle (a construct that depends on itself is one), or if a
 * dependency begins or ends outside all charts
 */
export function synthesisOrder(app: IConstruct): SynthesisOrder {
  const constructs = app.node.findAll();
  const dependencies = new Dependencies(constructs);
  const charts = sorted(byPropertyOrder(constructs), dependencies).filter((construct) =>
    Chart.isChart(construct),
  );
  return {
    charts: charts.map((chart) => ({ chart, objects: sortedObjects(chart, dependencies) })),
    hasDependentCharts: dependencies.betweenCharts,
  };
}

/** Stock keeps its vertices in a plain object by path, where integer-like keys come first: a chart named `7`. */
function byPropertyOrder(constructs: readonly IConstruct[]): IConstruct[] {
  return Object.values(Object.fromEntries(constructs.map((construct) => [construct.node.path, construct])));
}

function sortedObjects(chart: Chart, dependencies: Dependencies): ApiObject[] {
  return sorted(chart.node.findAll(), dependencies)
    .filter((construct) => ApiObject.isApiObject(construct))
    .filter((object) => object.chart === chart);
}

/** Each construct after those among them that it depends on; otherwise in the given order. */
function sorted(constructs: readonly IConstruct[], dependencies: Dependencies): readonly IConstruct[] {
  const scope = new Set(constructs);
  const dependedOn = dependencies.targetsOf(scope);
  const walk = new Walk((step) =>
    dependencies.stepsBefore(step).filter((next) => next instanceof ObjectGroup || scope.has(next)),
  );
  const roots = constructs.filter((construct) => !dependedOn.has(construct));
  // What no root reaches is in a circle or behind one; starting there finds the circle.
  for (const start of [...roots, ...constructs]) walk.startAt(start);
  return walk.finished;
}

/** The objects in a construct that belong to the construct's own chart, visited in turn. */
class ObjectGroup {
  constructor(readonly objects: ReadonlySet<IConstruct>) {}
}

type Step = IConstruct | ObjectGroup;

/** Who depends on whom: as declared, between charts as follows from it, and between objects as follows from both. */
class Dependencies {
  betweenCharts = false;

  /** As in stock, a construct is known by its path: one that was removed stands for its successor at that path. */
  private readonly byPath: ReadonlyMap<string, IConstruct>;

  /** Declared ones, then nested charts, then the charts that contents of the chart depend on. */
  private readonly targets = new Map<IConstruct, Set<IConstruct>>();

  private readonly groups = new Map<IConstruct, ObjectGroup>();

  constructor(constructs: readonly IConstruct[]) {
    this.byPath = new Map(constructs.map((construct) => [construct.node.path, construct]));
    for (const construct of constructs) {
      for (const target of construct.node.dependencies) this.add(construct, target);
    }
    for (const construct of constructs) if (Chart.isChart(construct)) this.addNestedCharts(construct);
    for (const construct of constructs) this.addBetweenCharts(construct);
  }

  /** All that constructs of the scope depend on. */
  targetsOf(scope: ReadonlySet<IConstruct>): ReadonlySet<IConstruct> {
    const found = new Set<IConstruct>();
    const complete = new Set<ObjectGroup>();
    for (const construct of scope) {
      for (const target of this.targets.get(construct) ?? []) {
        for (const direct of this.present(target)) found.add(direct);
        const sources = this.groupOf(construct).objects;
        const group = this.groupOf(target);
        if (sources.size === 0 || complete.has(group)) continue;
        // An object does not depend on itself: a source that is alone stays out of its own group.
        const [only] = sources.size === 1 ? sources : [];
        for (const object of group.objects) if (object !== only) found.add(object);
        if (only === undefined || !group.objects.has(only)) complete.add(group);
      }
    }
    return found;
  }

  /** What the walk visits before it finishes the step, in stock's order. */
  stepsBefore(step: Step): readonly Step[] {
    if (step instanceof ObjectGroup) return [...step.objects];
    const direct = [...(this.targets.get(step) ?? [])].flatMap((target) => this.present(target));
    return ApiObject.isApiObject(step) ? [...direct, ...this.groupsBefore(step)] : direct;
  }

  /** An object depends on all objects of what it, or a construct around it within its chart, depends on. */
  private groupsBefore(object: ApiObject): Step[] {
    return scopesWithinChart(object)
      .flatMap((scope) => [...(this.targets.get(scope) ?? [])])
      .map((target) => this.groupOf(target))
      .flatMap((group): Step[] =>
        group.objects.has(object) ? [...group.objects].filter((other) => other !== object) : [group],
      );
  }

  private groupOf(construct: IConstruct): ObjectGroup {
    const known = this.groups.get(construct);
    if (known !== undefined) return known;
    const group = new ObjectGroup(new Set(ownObjects(construct).flatMap((object) => this.present(object))));
    this.groups.set(construct, group);
    return group;
  }

  private present(construct: IConstruct): IConstruct[] {
    const found = this.byPath.get(construct.node.path);
    return found === undefined ? [] : [found];
  }

  private add(source: IConstruct, target: IConstruct): void {
    const known = this.targets.get(source);
    if (known === undefined) this.targets.set(source, new Set([target]));
    else known.add(target);
  }

  private addNestedCharts(chart: Chart): void {
    for (const child of chart.node.children.filter((nested) => Chart.isChart(nested))) {
      this.add(chart, child);
      this.betweenCharts = true;
    }
  }

  private addBetweenCharts(source: IConstruct): void {
    for (const target of this.targets.get(source) ?? []) {
      const from = chartAround(source, source, target);
      const to = chartAround(target, source, target);
      if (from === to) continue;
      this.add(from, to);
      this.betweenCharts = true;
    }
  }
}

function ownObjects(construct: IConstruct): ApiObject[] {
  const objects = construct.node.findAll().filter((inner) => ApiObject.isApiObject(inner));
  if (objects.length === 0) return [];
  const chart = Chart.of(construct);
  return objects.filter((object) => object.chart === chart);
}

function scopesWithinChart(object: ApiObject): IConstruct[] {
  const scopes = object.node.scopes;
  return scopes.slice(scopes.lastIndexOf(object.chart));
}

function chartAround(construct: IConstruct, source: IConstruct, target: IConstruct): Chart {
  const chart = construct.node.scopes.reverse().find((scope) => Chart.isChart(scope));
  if (chart !== undefined) return chart;
  throw new Error(
    `Dependency of '${source.node.path}' on '${target.node.path}': '${construct.node.path}' is in no chart, so no file ` +
      `can be put in order. Declare it between charts or what is in them.`,
  );
}

/** A walk in depth that finishes each step after those before it; with a stack of its own, as chains may be long. */
class Walk {
  readonly finished: IConstruct[] = [];
  private readonly done = new Set<Step>();

  /** The steps from the start to the current one. */
  private readonly open = new Set<Step>();

  constructor(private readonly stepsBefore: (step: Step) => readonly Step[]) {}

  startAt(start: IConstruct): void {
    if (this.done.has(start)) return;
    const path = [this.enter(start)];
    for (let last = path.at(-1); last !== undefined; last = path.at(-1)) {
      const next = last.before.next().value;
      if (next === undefined) {
        this.finish(last.step);
        path.pop();
      } else if (!this.done.has(next)) {
        path.push(this.enter(next));
      }
    }
  }

  private enter(step: Step): { readonly step: Step; readonly before: Iterator<Step, undefined> } {
    if (this.open.has(step)) throw new Error(this.describeCircle(step));
    this.open.add(step);
    return { step, before: this.stepsBefore(step).values() };
  }

  private finish(step: Step): void {
    this.open.delete(step);
    this.done.add(step);
    if (!(step instanceof ObjectGroup)) this.finished.push(step);
  }

  private describeCircle(again: Step): string {
    const steps = [...this.open];
    const paths = steps
      .slice(steps.indexOf(again))
      .flatMap((step) => (step instanceof ObjectGroup ? [] : [step.node.path]));
    return `Dependency cycle: ${[...paths, ...paths.slice(0, 1)].join(' => ')}. Remove one of these dependencies.`;
  }
}
