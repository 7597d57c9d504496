// comments.mjs WWW INSTALLED: whether the installed scripts are those of WWW but for their comments, as TypeScript prints both.
import {readdirSync, readFileSync} from 'node:fs';
import {createRequire} from 'node:module';
import {join} from 'node:path';

const ts = createRequire(import.meta.url)(join(process.env.CHRONOLOGER_NODE_MODULES ?? join(import.meta.dirname, 'node_modules'), 'typescript'));
const [from, to] = process.argv.slice(2);

/** @param {string} path */
const bare = (path) => ts.transpileModule(readFileSync(path, 'utf8'), {compilerOptions: {removeComments: true, target: ts.ScriptTarget.ESNext}}).outputText;

for (const name of /** @type {string[]} */ (readdirSync(from, {recursive: true})).filter((path) => path.endsWith('.js'))) {
  if (bare(join(from, name)) !== bare(join(to, name))) {
    console.log(`${name} is another program`);
    process.exitCode = 1;
  }
  if (/\/\*\* @|^\s*\/\//m.test(readFileSync(join(to, name), 'utf8'))) {
    console.log(`${name} has comments`);
    process.exitCode = 1;
  }
}
