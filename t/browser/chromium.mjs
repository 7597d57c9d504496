// One Chromium for all parts of t/browser.t: tells its address, and ends when its standard input does.

import {createRequire} from 'node:module';
import {join} from 'node:path';

const {CHRONOLOGER_NODE_MODULES: modules = '', CHRONOLOGER_CHROMIUM: executablePath} = process.env;
const {chromium} = createRequire(import.meta.url)(join(modules, 'playwright-core'));
const server = await chromium.launchServer({executablePath, host: '127.0.0.1', args: ['--no-sandbox', '--disable-dev-shm-usage']});
process.stdout.write(`${server.wsEndpoint()}\n`);
process.stdin.resume().on('end', () => server.close());
