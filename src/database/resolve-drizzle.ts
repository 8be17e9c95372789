import { type ResolveFnOutput, registerHooks } from 'node:module';

/**
 * Where the modules of drizzle-orm are, without asking Node, which hands the 179 kB of its package.json from one part of
 * itself to another at each import of and within the package (Node 24 does). These are 250 MB of garbage: half of the time
 * until the gateway answers, and as the heap does not shrink by itself, a fifth of its memory from then on.
 *
 * Is imported before anything that imports drizzle-orm. Without it everything works, only slower.
 */
const entryPoints = new Map<string, ResolveFnOutput>();

registerHooks({
  resolve(specifier, context, resolveAsUsual) {
    // Beside the importing module, which has been resolved: there is nothing to look up.
    if (/^\.\.?\/.+\.js$/.test(specifier) && context.parentURL?.includes('/node_modules/drizzle-orm/')) {
      return { url: new URL(specifier, context.parentURL).href, format: 'module', shortCircuit: true };
    }
    if (!/^drizzle-orm(\/|$)/.test(specifier)) return resolveAsUsual(specifier, context);
    // The same one, whoever imports it.
    const entryPoint = entryPoints.get(specifier) ?? { ...resolveAsUsual(specifier, context), shortCircuit: true };
    entryPoints.set(specifier, entryPoint);
    return entryPoint;
  },
});
