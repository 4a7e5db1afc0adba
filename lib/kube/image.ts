/** Container images must be pinned: a tag that moves makes two pods of one revision differ. */
import { type Problem, unless } from './problems';

const DIGEST = /@sha256:[0-9a-f]{64}$/;
const TAG = /^[^\s:]+:([A-Za-z0-9_][A-Za-z0-9_.-]{0,127})$/;
const MOVING_TAGS: ReadonlySet<string> = new Set(['latest', 'stable', 'main', 'master', 'edge', 'nightly']);

/** Problems of an image reference: no tag and no digest, or a tag that is known to move. */
export function imageProblems(image: string): Problem[] {
  if (DIGEST.test(image)) return [];
  const [name = ''] = image.split('@');
  // A colon before the last slash belongs to the registry's port; after an @ stands a digest, or what was meant as one.
  const tag = name === image ? TAG.exec(image.slice(image.lastIndexOf('/') + 1))?.[1] : undefined;
  return unless(
    tag !== undefined && !MOVING_TAGS.has(tag),
    image,
    tag === undefined ? 'an image names a tag or a digest' : `the tag '${tag}' moves`,
    `pin it, for example '${name.replace(/:[^/]*$|\s/g, '') || 'app'}:1.0.0', better by digest (@sha256:…)`,
  );
}
