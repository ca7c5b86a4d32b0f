# A program with the provider's address built in.
import os, httpx
print('httpx', httpx.get('https://oauth.openapi.com/wallet', auth=(os.environ['OAUTHMOCK_EMAIL'], os.environ['OAUTHMOCK_API_KEY'])).status_code)
