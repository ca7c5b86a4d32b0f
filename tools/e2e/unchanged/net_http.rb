# A program with the provider's address built in.
require 'net/http'
uri = URI('https://oauth.openapi.com/wallet')
Net::HTTP.start(uri.host, uri.port, use_ssl: true) do |http|
  request = Net::HTTP::Get.new(uri)
  request.basic_auth(ENV['OAUTHMOCK_EMAIL'], ENV['OAUTHMOCK_API_KEY'])
  puts "net/http #{http.request(request).code}"
end
