import * as api from "undici/lib/api/index.js";
// What the gateway uses of undici. Its index would bring fetch, WebSocket, caches and mocks along: half of the whole program.
import Agent from "undici/lib/dispatcher/agent.js";
import Dispatcher from "undici/lib/dispatcher/dispatcher.js";
import Pool from "undici/lib/dispatcher/pool.js";

// As undici's own index does.
Object.assign(Dispatcher.prototype, api);

export { Agent, Pool };
