// A program with the provider's address built in.
import https from 'node:https';
https.get('https://oauth.openapi.com/wallet', { auth: `${process.env.OAUTHMOCK_EMAIL}:${process.env.OAUTHMOCK_API_KEY}` }, (r) => { console.log('https', r.statusCode); r.resume(); });
