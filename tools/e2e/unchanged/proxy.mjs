// What fetch of Node.js before 24 needs to go by the environment's proxy: node --import ./proxy.mjs
import { EnvHttpProxyAgent, setGlobalDispatcher } from 'undici';
setGlobalDispatcher(new EnvHttpProxyAgent());
