# A program with the provider's address built in.
import base64, os, urllib.request
r = urllib.request.Request('https://oauth.openapi.com/wallet')
r.add_header('Authorization', 'Basic ' + base64.b64encode(f"{os.environ['OAUTHMOCK_EMAIL']}:{os.environ['OAUTHMOCK_API_KEY']}".encode()).decode())
print('urllib', urllib.request.urlopen(r).status)
