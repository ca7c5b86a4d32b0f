// A program with the provider's address built in.
const auth = 'Basic ' + Buffer.from(`${process.env.OAUTHMOCK_EMAIL}:${process.env.OAUTHMOCK_API_KEY}`).toString('base64');
const answer = await fetch('https://oauth.openapi.com/wallet', { headers: { authorization: auth } });
console.log('fetch', answer.status);
