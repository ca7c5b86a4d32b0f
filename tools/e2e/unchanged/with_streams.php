<?php
// A program with the provider's address built in.
$auth = base64_encode(getenv('OAUTHMOCK_EMAIL') . ':' . getenv('OAUTHMOCK_API_KEY'));
$body = file_get_contents('https://oauth.openapi.com/wallet', false, stream_context_create(['http' => ['header' => "Authorization: Basic $auth"]]));
if ($body === false) exit(1);
echo 'php-stream ', $http_response_header[0], "\n";
