<?php
// A program with the provider's address built in.
$c = curl_init('https://oauth.openapi.com/wallet');
curl_setopt_array($c, [CURLOPT_RETURNTRANSFER => true, CURLOPT_USERPWD => getenv('OAUTHMOCK_EMAIL') . ':' . getenv('OAUTHMOCK_API_KEY')]);
if (curl_exec($c) === false) { fwrite(STDERR, curl_error($c) . "\n"); exit(1); }
echo 'php-curl ', curl_getinfo($c, CURLINFO_RESPONSE_CODE), "\n";
