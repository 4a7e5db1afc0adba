/** Every environment that `npm run synth` renders. */
import { argoCd } from './argocd';
import { demo } from './demo';
import type { Environment } from './environment';
import { production } from './production';

export const environments: readonly Environment[] = [demo, production, argoCd];
