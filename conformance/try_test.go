package conformance_test
import ("testing";"os";"oauthmock/conformance";"oauthmock/scenarios";"oauthmock/conformance/report";"time")
func TestTry(t *testing.T){
 var list []scenarios.Scenario; var err error
 if f:=os.Getenv("TRY_FILE"); f!="" { list,err=scenarios.LoadFile(f) } else { list,err=scenarios.Load(scenarios.Embedded()) }
 if err!=nil { t.Fatal(err) }
 tgt:=conformance.Target{BaseURL:os.Getenv("TRY_URL"),Email:"dev@example.com",APIKey:"0123456789abcdef0123456789abcdef",SandboxAPIKey:"fedcba9876543210fedcba9876543210"}
 if os.Getenv("TRY_NOADMIN")=="" { tgt.AdminURL=conformance.Discover(t.Context(),nil,tgt.BaseURL); t.Log("admin",tgt.AdminURL) }
 r,err:=conformance.Run(t.Context(),tgt,conformance.Options{Scenarios:list,Parallel:4,Timeout:5*time.Second,Level:os.Getenv("TRY_LEVEL")})
 if err!=nil {t.Fatal(err)}
 report.WriteConsole(os.Stdout,r,report.Style{})
}
